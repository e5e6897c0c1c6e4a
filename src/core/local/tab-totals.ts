/**
 * What one tab has counted without the server extension.
 *
 * A part is changed by its own tab only and grows only, each change with a higher revision, so that of two copies the one
 * with the higher revision holds all of the other. The newest calls are kept whole, for the list of calls and so that two
 * tabs that saw the same call count it once; older ones are folded into sums.
 */

import type { CallRecord } from '../record/record';
import { parseRecord, writeRecord } from '../record/record';
import { readText, Shape } from '../record/shape';
import type { Rollup } from './rollup';
import { compacted, readRollup, rollupOf, writeRollup } from './rollup';

/** Calls kept whole. */
export const MOST_CALLS = 50;
/** Ids of folded calls that are still known, so that a call told again is not counted again. */
export const MOST_FOLDED = 500;

/** A call and the revision of the part with which it came in. */
export interface Entry {
  readonly revision: number;
  readonly record: CallRecord;
}

export interface TabTotals {
  readonly revision: number;
  /** The revision up to which the server extension took it over; what came before is not in it any more. */
  readonly base: number;
  /** Oldest first. */
  readonly calls: readonly Entry[];
  readonly rollups: readonly Rollup[];
  readonly folded: readonly string[];
}

export const EMPTY_TAB_TOTALS: TabTotals = {
  revision: 0,
  base: 0,
  calls: [],
  rollups: [],
  folded: []
};

/** The part with a call more. */
export function withCall(part: TabTotals, record: CallRecord): TabTotals {
  const revision = part.revision + 1;
  return { ...part, revision, calls: [...part.calls, { revision, record }] };
}

/**
 * The part with its oldest calls folded into sums.
 *
 * @param part - the part of this tab.
 * @param isOthers - whether a call is counted in another tab's part, so that it is dropped here.
 * @param now - milliseconds since 1970.
 */
export function folded(
  part: TabTotals,
  isOthers: (callId: string) => boolean,
  now: number
): TabTotals {
  const surplus = part.calls.length - MOST_CALLS;
  if (surplus <= 0) {
    return part;
  }
  const own = part.calls
    .slice(0, surplus)
    .map(entry => entry.record)
    .filter(({ callId }) => !isOthers(callId));
  return {
    ...part,
    revision: part.revision + 1,
    calls: part.calls.slice(surplus),
    rollups: compacted([...part.rollups, ...own.map(rollupOf)], now),
    folded: [...part.folded, ...own.map(({ callId }) => callId)].slice(-MOST_FOLDED)
  };
}

/** The part without what the server extension has taken over, when it has some. */
export function rebased(part: TabTotals, taken: number): TabTotals {
  return part.base >= taken
    ? part
    : {
        ...part,
        revision: Math.max(part.revision, taken) + 1,
        base: taken,
        calls: part.calls.filter(({ revision }) => revision > taken),
        rollups: []
      };
}

/** The calls that came in after a revision. */
export function callsAfter({ calls }: TabTotals, revision: number): readonly CallRecord[] {
  return calls.filter(entry => entry.revision > revision).map(({ record }) => record);
}

export function writeTabTotals({ revision, base, calls, rollups, folded }: TabTotals): object {
  return {
    revision,
    base,
    calls: calls.map(entry => ({ revision: entry.revision, record: writeRecord(entry.record) })),
    rollups: rollups.map(writeRollup),
    folded
  };
}

/**
 * Reads what `writeTabTotals` wrote.
 *
 * @throws {ShapeError} when it is something else.
 */
export function readTabTotals(value: unknown, path: string): TabTotals {
  const shape = new Shape(value, path);
  return {
    revision: shape.count('revision'),
    base: shape.count('base'),
    calls: shape.list('calls', readEntry),
    rollups: shape.list('rollups', readRollup),
    folded: shape.list('folded', readText)
  };
}

function readEntry(value: unknown, path: string): Entry {
  const shape = new Shape(value, path);
  return {
    revision: shape.count('revision'),
    record: parseRecord(shape.get('record'), shape.at('record'))
  };
}
