/**
 * The gauge as a pure function of what the page knows.
 *
 * Owns what the status item says in every state; refuses a figure that is not known: without the server part there is no
 * number to show, and least of all a zero.
 */

import { factsOf, unmeteredFact } from './facts';
import type { FigureOptions } from './figure';
import { figureText, followedStanding } from './figure';
import type { Formatter } from './format';
import type { Connection, Snapshot } from '../record/snapshot';
import type { Level, Standing, StandingDocument, Unmetered } from '../record/standing';
import type { Translate } from './translate';
import { underWayText } from '../record/under-way';
import { versionFact } from '../record/version';

export { levelText, moreText, unmeteredReason } from './facts';
export { worstStanding } from './figure';

/** What a sign beside the figure says; each has a form of its own. */
export type Sign =
  'warning' | 'exceeded' | 'blocked' | 'unmetered' | 'disconnected' | 'absent' | 'failed';

/** What the gauge shows. */
export interface StatusEntry {
  /** Short, for the bar. */
  readonly text: string;
  /** For assistive technology. */
  readonly label: string;
  /** A line a fact. */
  readonly tooltip: string;
  /** Of the limit that stands worst, whichever is followed. */
  readonly level: Level | 'unknown';
  /** Of the limit that is followed. */
  readonly barLevel: Level | 'unknown';
  /** How full the bar is, from 0 to 1; absent where there is no limit to compare with. */
  readonly ratio?: number;
  /** Whether the service has a problem to tell. */
  readonly isDegraded: boolean;
  readonly signs: readonly Sign[];
  /** Whether a call streams at this moment. */
  readonly isUnderWay: boolean;
}

export interface GaugeOptions extends FigureOptions {
  /** Whether outputs of kernels without a tap are read for usage. */
  readonly areOutputsScanned: boolean;
  /** The kernel of the notebook that the user works in; absent where there is none. */
  readonly kernelId?: string;
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
  if ((connection === 'live' || connection === 'local') && document !== undefined) {
    return liveEntry(snapshot, document, options, trans, format);
  }
  const text = connectionText(connection, trans);
  const facts = connectionFacts(snapshot, trans);
  const last = document === undefined ? [] : factsOf(document, options, trans, format);
  const lastKnown = last.length === 0 ? [] : [trans.__('Last known:'), ...last];
  const name = trans.__('LLM Meter: %1', text);
  return {
    text,
    label: [name, ...facts].join('; '),
    tooltip: [name, ...facts, ...lastKnown].join('\n'),
    level: 'unknown',
    barLevel: 'unknown',
    isDegraded: connection !== 'loading',
    signs: signsOf(connection),
    isUnderWay: false
  };
}

/** What the state of the connection means, for the tooltip and the popover. */
export function connectionFacts(snapshot: Snapshot, trans: Translate): string[] {
  const { connection, reason, areEventsMissing } = snapshot;
  switch (connection) {
    case 'absent':
      return [
        trans.__(
          'This Jupyter server has no LLM Meter part, so nothing is metered. Check `jupyter server extension list` and restart the server.'
        ),
        ...(reason === undefined ? [] : [reason])
      ];
    case 'local':
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
      return [];
    case 'live':
      return [
        areEventsMissing === true
          ? trans.__(
              "The server's events do not reach this page; a proxy may refuse their websocket. The figures are asked for after each call and when you come back to the page."
            )
          : undefined,
        versionFact(snapshot, trans)
      ].filter(fact => fact !== undefined);
  }
}

function liveEntry(
  snapshot: Snapshot,
  document: StandingDocument,
  options: GaugeOptions,
  trans: Translate,
  format: Formatter
): StatusEntry {
  const followed = followedStanding(document.standings, options.gaugeLimit);
  const level = worstLevel(document.standings);
  const unmetered = unmeteredIn(document, options.kernelId);
  const underWay = underWayText(snapshot.underWay ?? [], trans, format);
  const facts = [
    unmetered && unmeteredFact(unmetered, options.areOutputsScanned, trans),
    underWay,
    ...factsOf(document, options, trans, format),
    ...connectionFacts(snapshot, trans)
  ].filter(fact => fact !== undefined);
  return {
    text: unmetered
      ? trans.__('Not metered')
      : figureText(document, followed, options, trans, format),
    label: trans.__('LLM Meter: %1', facts.join('; ')),
    tooltip: facts.join('\n'),
    level,
    barLevel: followed?.level ?? 'ok',
    ratio: followed === undefined ? undefined : Math.min(Math.max(followed.ratio, 0), 1),
    isDegraded: document.isDegraded,
    signs: [
      ...(level === 'ok' ? [] : ([level] as const)),
      ...(unmetered ? (['unmetered'] as const) : [])
    ],
    isUnderWay: underWay !== undefined
  };
}

/** The kernel among those that are not metered; undefined when it is metered or there is none. */
function unmeteredIn(
  { unmetered }: StandingDocument,
  kernelId: string | undefined
): Unmetered | undefined {
  return kernelId === undefined
    ? undefined
    : unmetered.find(kernel => kernel.kernelId === kernelId);
}

const ORDER: readonly Level[] = ['ok', 'warning', 'exceeded', 'blocked'];

function worstLevel(standings: readonly Standing[]): Level {
  return ORDER[Math.max(0, ...standings.map(({ level }) => ORDER.indexOf(level)))];
}

function signsOf(connection: Connection): readonly Sign[] {
  switch (connection) {
    case 'absent':
    case 'failed':
      return [connection];
    case 'away':
      return ['disconnected'];
    case 'loading':
    case 'live':
    case 'local':
      return [];
  }
}

function connectionText(connection: Connection, trans: Translate): string {
  switch (connection) {
    case 'absent':
      return trans.__('no server part');
    case 'away':
      return trans.__('no connection');
    case 'failed':
      return trans.__('error');
    case 'loading':
    case 'live':
    case 'local':
      return trans.__('loading…');
  }
}
