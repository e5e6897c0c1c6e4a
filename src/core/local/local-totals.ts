/**
 * What all tabs and browsers have counted without the server extension, and what of it was shown.
 *
 * Owns how two copies become one: whatever the order in which tabs read and write, and however often, nothing is lost and
 * nothing counts twice. Refuses to guess at a text that it cannot read.
 */

import type { CallRecord } from '../record/record';
import { Shape } from '../record/shape';
import type { AlertState } from './alerts';
import { mergedStates, readState, writeState } from './alerts';
import type { TabTotals } from './tab-totals';
import { callsAfter, readTabTotals, writeTabTotals } from './tab-totals';
import type { Rollup } from './rollup';

const VERSION = 1;

export interface LocalTotals {
  /** Tells one lab's total from another's at the same address; empty until it is first written. */
  readonly id: string;
  /** By the id of the tab. */
  readonly parts: ReadonlyMap<string, TabTotals>;
  /** Up to which revision the server extension has taken a part over. */
  readonly taken: ReadonlyMap<string, number>;
  /** By the alert's id. */
  readonly alerts: ReadonlyMap<string, AlertState>;
}

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

/** What two copies hold together. */
export function merged(one: LocalTotals, other: LocalTotals): LocalTotals {
  return {
    // Two browsers may have begun it at the same moment.
    id: [one.id, other.id].filter(id => id !== '').sort()[0] ?? '',
    parts: union(one.parts, other.parts, (a, b) => (b.revision > a.revision ? b : a)),
    taken: union(one.taken, other.taken, Math.max),
    alerts: union(one.alerts, other.alerts, mergedStates)
  };
}

/** Whether one copy holds all that the other does. */
export function holds(one: LocalTotals, other: LocalTotals): boolean {
  return writeLocalTotals(merged(one, other)) === writeLocalTotals(one);
}

/** The calls of all parts that are kept whole, each once, newest first; what the server extension has is left out. */
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

/** The sums of the calls that are no longer kept whole; what the server extension has is left out. */
export function rollupsOf(totals: LocalTotals): readonly Rollup[] {
  return untaken(totals)
    .filter(([id, part]) => part.base >= takenOf(totals, id))
    .flatMap(([, part]) => part.rollups);
}

/** Whether another part than the given one counts a call. */
export function isCountedByOthers(totals: LocalTotals, own: string, callId: string): boolean {
  return untaken(totals).some(
    ([id, part]) =>
      id !== own &&
      (part.folded.includes(callId) ||
        (id < own && part.calls.some(({ record }) => record.callId === callId)))
  );
}

/** The parts that hold something which the server extension has not taken over, by their ids. */
export function untaken(totals: LocalTotals): (readonly [string, TabTotals])[] {
  return [...totals.parts]
    .filter(([id, part]) => part.revision > takenOf(totals, id))
    .sort(([a], [b]) => (a < b ? -1 : 1));
}

/** The revision up to which the server extension has a part; 0 when it has nothing of it. */
export function takenOf({ taken }: LocalTotals, id: string): number {
  return taken.get(id) ?? 0;
}

/**
 * The totals without what nobody needs any more: parts that the server extension has, and states of alerts of windows long gone.
 *
 * @param before - milliseconds since 1970; states of alerts that were last touched earlier go.
 */
export function pruned(totals: LocalTotals, before: number): LocalTotals {
  return {
    ...totals,
    parts: new Map(untaken(totals)),
    alerts: new Map([...totals.alerts].filter(([, state]) => state.touchedAt >= before))
  };
}

/** The text of a totals, the same for the same content. */
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
 * Reads what `writeLocalTotals` wrote; an empty text is an empty totals.
 *
 * @throws {ShapeError} when it is something else.
 * @throws {SyntaxError} when it is no JSON.
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
