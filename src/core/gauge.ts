/**
 * The gauge as a pure function of what the page knows.
 *
 * Owns what the status item says in every state; refuses a figure that is not known: without the server part there is no
 * number to show, and least of all a zero.
 */

import type { Formatter } from './format';
import type { Connection, Snapshot } from './snapshot';
import type { Level, Standing, StandingDocument } from './standing';
import type { Translate } from './translate';
import { callsText, costText, limitTitle, resetText, shareText, usedOfLimit } from './wording';

/** What the gauge shows. */
export interface StatusEntry {
  /** Short, for the bar. */
  readonly text: string;
  /** For assistive technology. */
  readonly label: string;
  /** A line a fact. */
  readonly tooltip: string;
  readonly level: Level | 'unknown';
  /** How full the bar is, from 0 to 1; absent where there is no limit to compare with. */
  readonly ratio?: number;
  /** Whether the service has a problem to tell. */
  readonly isDegraded: boolean;
}

export interface GaugeOptions {
  /** Whether money is shown. */
  readonly isCostShown: boolean;
}

/**
 * The entry to show for a snapshot.
 *
 * @param snapshot - what the page knows.
 * @param options - what the user wants to see.
 */
export function toStatusEntry(
  snapshot: Snapshot,
  options: GaugeOptions,
  trans: Translate,
  format: Formatter
): StatusEntry {
  const { connection, document } = snapshot;
  if ((connection === 'live' || connection === 'alone') && document !== undefined) {
    return liveEntry(document, connectionFacts(snapshot, trans), options, trans, format);
  }
  const text = connectionText(connection, trans);
  const facts = connectionFacts(snapshot, trans);
  const last = document === undefined ? [] : factsOf(document, options, trans, format);
  const lastKnown = last.length === 0 ? [] : [trans.__('Last known:'), ...last];
  return {
    text,
    label: [text, ...facts].join(' '),
    tooltip: [text, ...facts, ...lastKnown].join('\n'),
    level: 'unknown',
    isDegraded: connection !== 'loading'
  };
}

/** The standing nearest to its limit, or past it most; undefined where no limit is set. */
export function worstStanding(standings: readonly Standing[]): Standing | undefined {
  return standings.reduce<Standing | undefined>(
    (worst, standing) => (worst === undefined || standing.ratio > worst.ratio ? standing : worst),
    undefined
  );
}

/** What the state of the connection means, for the tooltip and the popover. */
export function connectionFacts({ connection, reason }: Snapshot, trans: Translate): string[] {
  switch (connection) {
    case 'absent':
      return [
        trans.__(
          'This Jupyter server has no LLM Meter part, so nothing is metered. Check `jupyter server extension list` and restart the server.'
        ),
        ...(reason === undefined ? [] : [reason])
      ];
    case 'alone':
      return [
        trans.__(
          'This Jupyter server has no LLM Meter part. Only the usage that outputs show is counted.'
        )
      ];
    case 'away':
      return [trans.__('The Jupyter server does not answer. The gauge goes on when it is back.')];
    case 'failed':
      return reason === undefined ? [] : [reason];
    case 'loading':
    case 'live':
      return [];
  }
}

function liveEntry(
  document: StandingDocument,
  connection: readonly string[],
  options: GaugeOptions,
  trans: Translate,
  format: Formatter
): StatusEntry {
  const worst = worstStanding(document.standings);
  const facts = [...factsOf(document, options, trans, format), ...connection];
  return {
    text: [
      mainText(document, worst, trans, format),
      ...costOf(document, worst, options, trans, format)
    ].join(' · '),
    label: trans.__('LLM Meter: %1', facts.join('; ')),
    tooltip: facts.join('\n'),
    level: worst?.level ?? 'ok',
    ratio: worst === undefined ? undefined : Math.min(Math.max(worst.ratio, 0), 1),
    isDegraded: document.isDegraded
  };
}

function mainText(
  { month }: StandingDocument,
  worst: Standing | undefined,
  trans: Translate,
  format: Formatter
): string {
  return worst === undefined
    ? trans.__('%1 tokens', format.compact(month.inputTokens + month.outputTokens))
    : shareText(worst, trans, format);
}

/** The money of the month, beside a limit of the month; beside another window it would be read as that window's. */
function costOf(
  { month }: StandingDocument,
  worst: Standing | undefined,
  { isCostShown }: GaugeOptions,
  trans: Translate,
  format: Formatter
): string[] {
  const isOfMonth = worst === undefined || worst.limit.window === 'month';
  const isShown = isCostShown && isOfMonth && worst?.limit.unit !== 'USD';
  return isShown && month.cost !== undefined ? [costText(month, trans, format)] : [];
}

function factsOf(
  document: StandingDocument,
  { isCostShown }: GaugeOptions,
  trans: Translate,
  format: Formatter
): string[] {
  const { month } = document;
  const calls = callsText(month.calls, trans, format);
  const monthFact = isCostShown
    ? trans.__('This month: %1, %2', calls, costText(month, trans, format))
    : trans.__('This month: %1', calls);
  return [
    ...document.standings.map(standing => standingFact(standing, trans, format)),
    monthFact,
    ...document.problems.map(problem => trans.__('Problem: %1', problem.message))
  ];
}

function standingFact(standing: Standing, trans: Translate, format: Formatter): string {
  const { limit, subject, level, ratio, resetsAt } = standing;
  const fact = trans.__(
    '%1: %2 (%3), %4',
    limitTitle(limit, subject, trans),
    usedOfLimit(standing, trans, format),
    format.percent(ratio),
    levelText(level, trans)
  );
  const reset = resetText(resetsAt, limit.timeZone, trans, format);
  return reset === undefined ? fact : `${fact}. ${reset}`;
}

/** A level in a word, so that it is not told by colour alone. */
export function levelText(level: Level, trans: Translate): string {
  switch (level) {
    case 'ok':
      return trans.__('within the limit');
    case 'warning':
      return trans.__('near the limit');
    case 'exceeded':
      return trans.__('limit reached');
  }
}

function connectionText(connection: Connection, trans: Translate): string {
  switch (connection) {
    case 'absent':
      return trans.__('LLM Meter: server part not running');
    case 'away':
      return trans.__('LLM Meter: no connection');
    case 'failed':
      return trans.__('LLM Meter: error');
    case 'loading':
    case 'live':
    case 'alone':
      return trans.__('LLM Meter: loading…');
  }
}
