/**
 * The totals that one tab has counted in local mode.
 *
 * Only the tab changes its totals. Each change adds something and increases the revision, so the copy with the higher revision
 * contains all of the other. The newest calls are kept in full, for the list of calls and so that two tabs that saw the same
 * call count it once; older calls are added to sums.
 */

import type { CallRecord } from '../record/record';
import { parseRecord, writeRecord } from '../record/record';
import { readText, Shape } from '../record/shape';
import type { Rollup } from './rollup';
import { compacted, readRollup, rollupOf, writeRollup } from './rollup';

/** How many calls are kept whole. */
export const MOST_CALLS = 50;
/** How many ids of folded calls are kept, so that a call that is reported again is not counted again. */
const MOST_FOLDED = 500;

/** A call, and the revision that added it. */
interface Entry {
  readonly revision: number;
  readonly record: CallRecord;
}

/** The totals of one tab. */
export interface TabTotals {
  /** Grows with each change. */
  readonly revision: number;
  /** The revision up to which the server extension has the totals; what is older was removed. */
  readonly base: number;
  /** The calls that are kept whole, oldest first. */
  readonly calls: readonly Entry[];
  /** The sums of folded calls. */
  readonly rollups: readonly Rollup[];
  /** Ids of folded calls, oldest first. */
  readonly folded: readonly string[];
}

/** The totals of a tab before its first call. */
export const EMPTY_TAB_TOTALS: TabTotals = {
  revision: 0,
  base: 0,
  calls: [],
  rollups: [],
  folded: []
};

/**
 * Adds a call.
 *
 * @param part - the totals of this tab.
 * @param record - the call.
 * @returns the new totals.
 */
export function withCall(part: TabTotals, record: CallRecord): TabTotals {
  const revision = part.revision + 1;
  return { ...part, revision, calls: [...part.calls, { revision, record }] };
}

/**
 * Folds the oldest calls into sums when there are too many.
 *
 * @param part - the totals of this tab.
 * @param isOthers - whether another tab counts a call, so that it is dropped here.
 * @param now - milliseconds since 1970.
 * @returns the new totals.
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

/**
 * Removes what the server extension has.
 *
 * @param part - the totals of this tab.
 * @param taken - the revision up to which the server extension has them.
 * @returns the new totals; the same ones when nothing is to be removed.
 */
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

/**
 * Lists the calls that were added after a revision.
 *
 * @param part - the totals of a tab.
 * @param revision - the revision.
 * @returns the calls, oldest first.
 */
export function callsAfter({ calls }: TabTotals, revision: number): readonly CallRecord[] {
  return calls.filter(entry => entry.revision > revision).map(({ record }) => record);
}

/**
 * Writes the totals of a tab.
 *
 * @param part - the totals.
 * @returns an object for JSON.
 */
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
 * @param value - of any kind.
 * @param path - where the value is, for the error.
 * @returns the totals.
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
