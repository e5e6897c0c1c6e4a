/**
 * The text and state of the gauge, as a pure function of what the page knows.
 *
 * An unknown amount is never shown as a number: without the server extension, the gauge says that it is not running.
 */

import { factsOf, unmeteredFacts } from './facts';
import type { FigureOptions } from './figure';
import { figureText, followedStanding } from './figure';
import type { NotebookPlace } from '../dashboard/notebook-usage';
import { concerns } from '../limits/concern';
import type { Connection, Snapshot } from '../record/snapshot';
import type { Level, Standing, StandingDocument, Unmetered } from '../record/standing';
import type { Translate } from './translate';
import { underWayText } from '../record/under-way';
import { versionFact } from '../record/version';
import type { Words } from './words';

/** What a sign beside the figure means; each has its own shape. */
export type Sign =
  'warning' | 'exceeded' | 'blocked' | 'unmetered' | 'disconnected' | 'absent' | 'failed';

/** What the gauge shows. */
export interface StatusEntry {
  /** Short, for the bar. */
  readonly text: string;
  /** The same as the tooltip, for assistive technology. */
  readonly label: string;
  /** One fact a line. */
  readonly tooltip: string;
  /** The worst level of the limits that can touch what the user does. */
  readonly level: Level | 'unknown';
  /** The level of the limit that the bar shows. */
  readonly barLevel: Level | 'unknown';
  /** How full the bar is, from 0 to 1; absent where there is no limit to compare with. */
  readonly ratio?: number;
  /** Whether the service reports a problem. */
  readonly isDegraded: boolean;
  readonly signs: readonly Sign[];
  /** Whether a call is streaming now. */
  readonly isUnderWay: boolean;
}

/** What the user wants to see. */
export interface GaugeOptions extends FigureOptions {
  /** Whether outputs of kernels without a tap are read for usage. */
  readonly areOutputsScanned: boolean;
  /** The notebook that the user works in; absent where there is none. */
  readonly place?: NotebookPlace;
}

/**
 * Builds the status entry for a snapshot.
 *
 * @param snapshot - what the page knows.
 * @param options - what the user wants to see.
 */
export function toStatusEntry(
  snapshot: Snapshot,
  options: GaugeOptions,
  words: Words
): StatusEntry {
  const { trans } = words;
  const { connection, document } = snapshot;
  if ((connection === 'live' || connection === 'local') && document !== undefined) {
    return liveEntry(snapshot, document, options, words);
  }
  const text = connectionText(connection, trans);
  const facts = connectionFacts(snapshot, trans);
  const last =
    document === undefined
      ? []
      : factsOf({ ...document, standings: concerning(document, options) }, words);
  const lastKnown = last.length === 0 ? [] : [trans.__('Last known:'), ...last];
  const name = trans.__('LLM Meter: %1', text);
  return {
    text,
    label: [name, ...facts].join('\n'),
    tooltip: [name, ...facts, ...lastKnown].join('\n'),
    level: 'unknown',
    barLevel: 'unknown',
    isDegraded: connection !== 'loading',
    signs: signsOf(connection),
    isUnderWay: false
  };
}

/**
 * Explains the state of the connection; one sentence a line, none while all is well.
 *
 * @param snapshot - the state of the meter.
 * @param trans - the translations.
 * @returns the lines.
 */
export function connectionFacts(snapshot: Snapshot, trans: Translate): string[] {
  const { connection, reason, areEventsMissing } = snapshot;
  switch (connection) {
    case 'absent':
      return [
        trans.__(
          "The LLM Meter server extension isn't running, so no calls are being metered. Check `jupyter server extension list` and restart the server."
        ),
        ...(reason === undefined ? [] : [reason])
      ];
    case 'local':
      return [
        trans.__(
          "The LLM Meter server extension isn't running. Only usage printed in cell outputs is counted."
        )
      ];
    case 'away':
      return [
        trans.__(
          "Couldn't reach the Jupyter server. The gauge will update when the connection is back."
        )
      ];
    case 'failed':
      return reason === undefined ? [] : [reason];
    case 'loading':
      return [];
    case 'live':
      return [
        areEventsMissing === true
          ? trans.__(
              "Live updates aren't reaching this page (a proxy may be blocking WebSockets). Figures refresh after each call and when you return to this tab."
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
  words: Words
): StatusEntry {
  const { trans } = words;
  const standings = concerning(document, options);
  const followed = followedOf(document, standings, options);
  const level = worstLevel(standings);
  const unmetered = unmeteredIn(document, options.place?.kernelId);
  const underWay = underWayText(snapshot.underWay ?? [], words);
  const facts = [
    ...(unmetered ? unmeteredFacts(unmetered, options.areOutputsScanned, trans) : []),
    underWay,
    ...factsOf({ ...document, standings }, words),
    ...connectionFacts(snapshot, trans)
  ].filter(fact => fact !== undefined);
  return {
    text: unmetered ? trans.__('Not metered') : figureText(document, followed, options, words),
    label: trans.__('LLM Meter: %1', facts.join('\n')),
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

/** The limits that can touch what the user does in the current notebook. */
function concerning(document: StandingDocument, { place }: GaugeOptions): readonly Standing[] {
  const places = place === undefined ? [] : [place];
  return document.standings.filter(standing =>
    concerns(standing, { owner: document.owner, places })
  );
}

/** The limit that the user chose, even if it is about something else; otherwise one of those that can touch the user. */
function followedOf(
  { standings }: StandingDocument,
  concerned: readonly Standing[],
  { gaugeLimit }: GaugeOptions
): Standing | undefined {
  const isChosen = ({ limit }: Standing): boolean => limit.id === gaugeLimit;
  const candidates = concerned.some(isChosen) ? concerned : standings.filter(isChosen);
  return followedStanding(candidates.length === 0 ? concerned : candidates, gaugeLimit);
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
      return trans.__('Not running');
    case 'away':
      return trans.__('Disconnected');
    case 'failed':
      return trans.__('Error');
    case 'loading':
    case 'live':
    case 'local':
      return trans.__('Loading…');
  }
}
