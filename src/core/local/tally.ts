/**
 * What all tabs and browsers have counted without the server part, and what of it was shown.
 *
 * Owns how two copies become one: whatever the order in which tabs read and write, and however often, nothing is lost and
 * nothing counts twice. Refuses to guess at a text that it cannot read.
 */

import type { CallRecord } from '../record/record';
import { Shape } from '../record/shape';
import type { AlertState } from './alerts';
import { mergedStates, readState, writeState } from './alerts';
import type { Part } from './part';
import { callsAfter, readPart, writePart } from './part';
import type { Rollup } from './rollup';

const VERSION = 1;

export interface Tally {
  /** Tells one lab's total from another's at the same address; empty until it is first written. */
  readonly id: string;
  /** By the id of the tab. */
  readonly parts: ReadonlyMap<string, Part>;
  /** Up to which revision the server part has taken a part over. */
  readonly taken: ReadonlyMap<string, number>;
  /** By the alert's id. */
  readonly alerts: ReadonlyMap<string, AlertState>;
}

export const EMPTY_TALLY: Tally = {
  id: '',
  parts: new Map(),
  taken: new Map(),
  alerts: new Map()
};

/** The text is of a later version of LLM Meter. */
export class NewerTallyError extends Error {
  override name = 'NewerTallyError';
}

/** What two copies hold together. */
export function merged(one: Tally, other: Tally): Tally {
  return {
    // Two browsers may have begun it at the same moment.
    id: [one.id, other.id].filter(id => id !== '').sort()[0] ?? '',
    parts: union(one.parts, other.parts, (a, b) => (b.revision > a.revision ? b : a)),
    taken: union(one.taken, other.taken, Math.max),
    alerts: union(one.alerts, other.alerts, mergedStates)
  };
}

/** Whether one copy holds all that the other does. */
export function holds(one: Tally, other: Tally): boolean {
  return writeTally(merged(one, other)) === writeTally(one);
}

/** The calls of all parts that are kept whole, each once, newest first; what the server part has is left out. */
export function callsOf(tally: Tally): readonly CallRecord[] {
  const known = new Set([...untaken(tally)].flatMap(([, part]) => part.folded));
  const calls: CallRecord[] = [];
  for (const [id, part] of untaken(tally)) {
    for (const record of callsAfter(part, takenOf(tally, id))) {
      if (!known.has(record.callId)) {
        known.add(record.callId);
        calls.push(record);
      }
    }
  }
  return calls.sort((a, b) => Date.parse(b.startedAt) - Date.parse(a.startedAt));
}

/** The sums of the calls that are no longer kept whole; what the server part has is left out. */
export function rollupsOf(tally: Tally): readonly Rollup[] {
  return untaken(tally)
    .filter(([id, part]) => part.base >= takenOf(tally, id))
    .flatMap(([, part]) => part.rollups);
}

/** Whether another part than the given one counts a call. */
export function isCountedByOthers(tally: Tally, own: string, callId: string): boolean {
  return untaken(tally).some(
    ([id, part]) =>
      id !== own &&
      (part.folded.includes(callId) ||
        (id < own && part.calls.some(({ record }) => record.callId === callId)))
  );
}

/** The parts that hold something which the server part has not taken over, by their ids. */
export function untaken(tally: Tally): (readonly [string, Part])[] {
  return [...tally.parts]
    .filter(([id, part]) => part.revision > takenOf(tally, id))
    .sort(([a], [b]) => (a < b ? -1 : 1));
}

/** The revision up to which the server part has a part; 0 when it has nothing of it. */
export function takenOf({ taken }: Tally, id: string): number {
  return taken.get(id) ?? 0;
}

/**
 * The tally without what nobody needs any more: parts that the server part has, and states of alerts of windows long gone.
 *
 * @param before - milliseconds since 1970; states of alerts that were last touched earlier go.
 */
export function pruned(tally: Tally, before: number): Tally {
  return {
    ...tally,
    parts: new Map(untaken(tally)),
    alerts: new Map([...tally.alerts].filter(([, state]) => state.touchedAt >= before))
  };
}

/** The text of a tally, the same for the same content. */
export function writeTally({ id, parts, taken, alerts }: Tally): string {
  return JSON.stringify({
    version: VERSION,
    id,
    parts: written(parts, writePart),
    taken: written(taken, revision => revision),
    alerts: written(alerts, writeState)
  });
}

/**
 * Reads what `writeTally` wrote; an empty text is an empty tally.
 *
 * @throws {ShapeError} when it is something else.
 * @throws {SyntaxError} when it is no JSON.
 * @throws {NewerTallyError} when a later version wrote it.
 */
export function readTally(text: string): Tally {
  if (text === '') {
    return EMPTY_TALLY;
  }
  const shape = new Shape(JSON.parse(text), 'tally');
  if (shape.count('version') > VERSION) {
    throw new NewerTallyError('A later version of LLM Meter wrote the running total.');
  }
  return {
    id: shape.text('id'),
    parts: shape.entries('parts', readPart),
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
