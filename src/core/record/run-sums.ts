/**
 * What some calls used together, for a run of a cell and for a notebook.
 *
 * Owns the adding up; refuses to call a call unpriced before the ledger, which prices it, has said so.
 */

import { addDecimals } from './decimal';
import type { CallRecord } from './record';
import { modelOf } from './record';
import type { Totals } from './standing';

/** What some calls used together. */
export interface Sums extends Totals {
  /** Calls whose tokens were counted, or are those of a part of the answer. */
  readonly countedCalls: number;
  /** Calls that the ledger has yet to price and, where they report nothing, to count. */
  readonly openCalls: number;
  /** The models that served them, in no order. */
  readonly models: readonly string[];
}

/** Of no call. */
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

/** The sums of two sets of calls that share none. */
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

/** Whether the cost is that of all calls. */
export function isWhollyPriced(sums: Sums): boolean {
  const { cost, unpricedCalls, missingCalls, openCalls } = sums;
  return cost !== undefined && unpricedCalls + missingCalls + openCalls === 0;
}
