/**
 * Sums of several calls, for a run of a cell and for a notebook.
 *
 * A call counts as unpriced only after the ledger, which calculates prices, has found none.
 */

import { addDecimals } from './decimal';
import type { CallRecord } from './record';
import { modelOf } from './record';
import type { Totals } from './standing';

/** What some calls used together. */
export interface Sums extends Totals {
  /** Calls whose tokens were counted, or are only those of a part of the answer. */
  readonly countedCalls: number;
  /** Calls that the ledger has yet to price and, where they report nothing, to count. */
  readonly openCalls: number;
  /** The models that served them, in no order. */
  readonly models: readonly string[];
}

/** The sums of no call. */
export const NOTHING: Sums = {
  calls: 0,
  inputTokens: 0,
  outputTokens: 0,
  unpricedCalls: 0,
  missingCalls: 0,
  countedCalls: 0,
  openCalls: 0,
  models: []
};

/**
 * Adds the sums of two sets of calls that have no call in common.
 *
 * @param left - the sums of one set.
 * @param right - the sums of the other.
 * @returns the sums of both.
 */
export function addSums(left: Sums, right: Sums): Sums {
  const { cost: leftCost, models } = left;
  const { cost: rightCost = leftCost } = right;
  const areBothPriced = leftCost !== undefined && right.cost !== undefined;
  return {
    calls: left.calls + right.calls,
    inputTokens: left.inputTokens + right.inputTokens,
    outputTokens: left.outputTokens + right.outputTokens,
    cost: areBothPriced ? addDecimals(leftCost, right.cost) : rightCost,
    unpricedCalls: left.unpricedCalls + right.unpricedCalls,
    missingCalls: left.missingCalls + right.missingCalls,
    countedCalls: left.countedCalls + right.countedCalls,
    openCalls: left.openCalls + right.openCalls,
    models: [...new Set([...models, ...right.models])]
  };
}

/**
 * What one call used.
 *
 * @param record - the call.
 * @param isSettled - whether it is priced and counted already, as far as it can be.
 * @returns the sums.
 */
export function sumsOfCall(record: CallRecord, isSettled: boolean): Sums {
  const { basis, costAmount, costCurrency, inputTokens = 0, outputTokens = 0 } = record;
  const cost = costCurrency === 'USD' ? costAmount : undefined;
  const isMissing = basis === 'missing';
  const lacksPrice = cost === undefined && basis !== 'none';
  const model = modelOf(record);
  return {
    calls: 1,
    inputTokens,
    outputTokens,
    cost,
    unpricedCalls: Number(isSettled && lacksPrice && !isMissing),
    missingCalls: Number(isSettled && isMissing),
    countedCalls: Number(basis === 'counted' || basis === 'partial'),
    openCalls: Number(!isSettled && lacksPrice),
    models: model === undefined ? [] : [model]
  };
}

/**
 * Whether the cost is that of all calls.
 *
 * @param sums - the sums of some calls.
 * @returns false when a call is unpriced, missing or not settled.
 */
export function isWhollyPriced(sums: Sums): boolean {
  const { cost, unpricedCalls, missingCalls, openCalls } = sums;
  return cost !== undefined && unpricedCalls + missingCalls + openCalls === 0;
}
