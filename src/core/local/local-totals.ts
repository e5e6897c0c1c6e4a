/**
 * The totals that all tabs and browsers have counted in local mode, and the alerts that were shown.
 *
 * Two copies are merged so that nothing is lost and nothing counts twice, in whatever order tabs read and write. A text that
 * cannot be read is an error.
 */

import type { CallRecord } from '../record/record';
import { Shape } from '../record/shape';
import type { AlertState } from './alerts';
import { mergedStates, readState, writeState } from './alerts';
import type { TabTotals } from './tab-totals';
import { callsAfter, readTabTotals, writeTabTotals } from './tab-totals';
import type { Rollup } from './rollup';

const VERSION = 1;

/** The totals of a lab. */
export interface LocalTotals {
  /** Identifies the lab, as two labs can have the same address; empty until it is first written. */
  readonly id: string;
  /** The totals of each tab, by the id of the tab. */
  readonly parts: ReadonlyMap<string, TabTotals>;
  /** The revision up to which the server extension has a tab's totals, by the id of the tab. */
  readonly taken: ReadonlyMap<string, number>;
  /** The states of alerts, by the id of the alert. */
  readonly alerts: ReadonlyMap<string, AlertState>;
}

/** Totals before the first call. */
export const EMPTY_TOTALS: LocalTotals = {
  id: '',
  parts: new Map(),
  taken: new Map(),
  alerts: new Map()
};

/** The text is of a later version of LLM Meter. */
export class NewerTotalsError extends Error {
  override name = 'NewerTotalsError';
}

/**
 * Merges two copies.
 *
 * @param one - a copy.
 * @param other - another copy of the same lab.
 * @returns all that either copy holds; the same for either order.
 */
export function mergedTotals(one: LocalTotals, other: LocalTotals): LocalTotals {
  return {
    // Two browsers may have written the first copy at the same moment.
    id: [one.id, other.id].filter(id => id !== '').sort()[0] ?? '',
    parts: union(one.parts, other.parts, (a, b) => (b.revision > a.revision ? b : a)),
    taken: union(one.taken, other.taken, Math.max),
    alerts: union(one.alerts, other.alerts, mergedStates)
  };
}

/**
 * Whether one copy holds all that the other does.
 *
 * @param one - the copy that may be complete.
 * @param other - the copy whose content is looked for.
 * @returns whether merging them would leave the first as it is.
 */
export function holds(one: LocalTotals, other: LocalTotals): boolean {
  return writeLocalTotals(mergedTotals(one, other)) === writeLocalTotals(one);
}

/**
 * Lists the calls that are kept whole and that the server extension does not have.
 *
 * @param totals - what all tabs have counted.
 * @returns each call once, the newest first.
 */
export function callsOf(totals: LocalTotals): readonly CallRecord[] {
  const known = new Set([...untaken(totals)].flatMap(([, part]) => part.folded));
  const calls: CallRecord[] = [];
  for (const [id, part] of untaken(totals)) {
    for (const record of callsAfter(part, takenOf(totals, id))) {
      if (!known.has(record.callId)) {
        known.add(record.callId);
        calls.push(record);
      }
    }
  }
  return calls.sort((a, b) => Date.parse(b.startedAt) - Date.parse(a.startedAt));
}

/**
 * Lists the sums of the calls that are no longer kept whole and that the server extension does not have.
 *
 * @param totals - what all tabs have counted.
 * @returns the sums, those of one quarter hour once for each tab.
 */
export function rollupsOf(totals: LocalTotals): readonly Rollup[] {
  return untaken(totals)
    .filter(([id, part]) => part.base >= takenOf(totals, id))
    .flatMap(([, part]) => part.rollups);
}

/**
 * Whether another tab counts a call.
 *
 * @param totals - what all tabs have counted.
 * @param own - the id of this tab.
 * @param callId - the call.
 * @returns whether this tab must not count it.
 */
export function isCountedByOthers(totals: LocalTotals, own: string, callId: string): boolean {
  return untaken(totals).some(
    ([id, part]) =>
      id !== own &&
      (part.folded.includes(callId) ||
        (id < own && part.calls.some(({ record }) => record.callId === callId)))
  );
}

/**
 * Lists the tabs that hold something which the server extension does not have.
 *
 * @param totals - what all tabs have counted.
 * @returns the ids and totals of the tabs, sorted by id.
 */
export function untaken(totals: LocalTotals): (readonly [string, TabTotals])[] {
  return [...totals.parts]
    .filter(([id, part]) => part.revision > takenOf(totals, id))
    .sort(([a], [b]) => (a < b ? -1 : 1));
}

/**
 * The revision up to which the server extension has a tab's totals.
 *
 * @param totals - what all tabs have counted.
 * @param id - the id of the tab.
 * @returns the revision; 0 when the server extension has none of them.
 */
export function takenOf({ taken }: LocalTotals, id: string): number {
  return taken.get(id) ?? 0;
}

/**
 * Removes the tabs that the server extension has, and the states of old alerts.
 *
 * @param totals - what all tabs have counted.
 * @param before - milliseconds since 1970; states of alerts that were last changed earlier are removed.
 * @returns the smaller totals.
 */
export function pruned(totals: LocalTotals, before: number): LocalTotals {
  return {
    ...totals,
    parts: new Map(untaken(totals)),
    alerts: new Map([...totals.alerts].filter(([, state]) => state.touchedAt >= before))
  };
}

/**
 * Writes totals as text.
 *
 * @param totals - what all tabs have counted.
 * @returns JSON, the same for the same content.
 */
export function writeLocalTotals({ id, parts, taken, alerts }: LocalTotals): string {
  return JSON.stringify({
    version: VERSION,
    id,
    parts: written(parts, writeTabTotals),
    taken: written(taken, revision => revision),
    alerts: written(alerts, writeState)
  });
}

/**
 * Reads what `writeLocalTotals` wrote.
 *
 * @param text - the text; empty totals when it is empty.
 * @returns the totals.
 * @throws {ShapeError} when it is something else.
 * @throws {SyntaxError} when it is not JSON.
 * @throws {NewerTotalsError} when a later version wrote it.
 */
export function readLocalTotals(text: string): LocalTotals {
  if (text === '') {
    return EMPTY_TOTALS;
  }
  const shape = new Shape(JSON.parse(text), 'totals');
  if (shape.count('version') > VERSION) {
    throw new NewerTotalsError('A later version of LLM Meter wrote the running total.');
  }
  return {
    id: shape.text('id'),
    parts: shape.entries('parts', readTabTotals),
    taken: shape.entries('taken', readRevision),
    alerts: shape.entries('alerts', readState)
  };
}

function readRevision(value: unknown, path: string): number {
  return new Shape({ [path]: value }, '').count(path);
}

function union<T>(
  one: ReadonlyMap<string, T>,
  other: ReadonlyMap<string, T>,
  join: (a: T, b: T) => T
): ReadonlyMap<string, T> {
  const all = new Map(one);
  for (const [key, value] of other) {
    const known = all.get(key);
    all.set(key, known === undefined ? value : join(known, value));
  }
  return all;
}

function written<T>(map: ReadonlyMap<string, T>, write: (value: T) => unknown): object {
  const sorted = [...map].sort(([a], [b]) => (a < b ? -1 : 1));
  return Object.fromEntries(sorted.map(([key, value]) => [key, write(value)]));
}
