/**
 * Estimates the cost of running a notebook again, from the cost of earlier runs of its cells.
 *
 * Only runs whose calls are all priced count; cells without such a run are listed as not included.
 */

import { addDecimals, compareDecimals, halfOf } from './decimal';
import type { Sums } from './run-sums';
import { isWhollyPriced } from './run-sums';

/** The cost of running a notebook again: USD, decimal strings. */
export interface Estimate {
  /** The sum of the medians of its cells. */
  readonly typical: string;
  /** The sum of the cheapest runs of its cells. */
  readonly low: string;
  /** The sum of the dearest runs of its cells. */
  readonly high: string;
  /** The number of priced runs of the cell that has the most. */
  readonly runs: number;
  /** Cells that called models before and have no priced run; their cost is not included. */
  readonly unpricedCells: number;
}

/**
 * Estimates what running a notebook again costs.
 *
 * @param cells - the newest runs of each cell that the notebook has now.
 * @returns the estimate; undefined where no run is wholly priced.
 */
export function estimateOf(cells: readonly (readonly Sums[])[]): Estimate | undefined {
  const called = cells.filter(runs => runs.length > 0);
  const priced = called.map(costsOf).filter(costs => costs.length > 0);
  if (priced.length === 0) {
    return undefined;
  }
  return {
    typical: priced.map(medianOf).reduce(addDecimals),
    low: priced.map(costs => costs[0]).reduce(addDecimals),
    high: priced.map(costs => costs[costs.length - 1]).reduce(addDecimals),
    runs: Math.max(...priced.map(costs => costs.length)),
    unpricedCells: called.length - priced.length
  };
}

/**
 * Whether a rerun is likely to cost more than an amount.
 *
 * @param amount - USD.
 */
export function exceeds({ typical }: Estimate, amount: number): boolean {
  return Number(typical) > amount;
}

/** What the priced runs cost, the cheapest first. */
function costsOf(runs: readonly Sums[]): readonly string[] {
  return runs
    .filter(isWhollyPriced)
    .map(({ cost = '0' }) => cost)
    .sort(compareDecimals);
}

function medianOf(sorted: readonly string[]): string {
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1
    ? sorted[middle]
    : halfOf(addDecimals(sorted[middle - 1], sorted[middle]));
}
