/**
 * What running a notebook again costs, from what its cells cost before.
 *
 * Owns the estimate and its sentence; refuses to take a run for cheap because its price is not known: only runs that are
 * wholly priced count, and cells without one are told.
 */

import { addDecimals, compareDecimals, halfOf } from '../record/decimal';
import type { Formatter } from './format';
import type { Sums } from '../record/run-sums';
import { isWhollyPriced } from '../record/run-sums';
import type { Translate } from './translate';

/** What running a notebook again costs: USD, decimal strings. */
export interface Estimate {
  /** The sum of the medians of its cells. */
  readonly typical: string;
  /** The sum of the cheapest runs of its cells. */
  readonly low: string;
  /** The sum of the dearest runs of its cells. */
  readonly high: string;
  /** How many priced runs it rests on, of the cell that has the most. */
  readonly runs: number;
  /** Cells that called models before and have no priced run; what they cost is not in it. */
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

/** The estimate in sentences, the first of which says the amount. */
export function estimateSentences(
  estimate: Estimate,
  trans: Translate,
  format: Formatter
): readonly string[] {
  const { unpricedCells } = estimate;
  const sentence = amountSentence(estimate, trans, format);
  if (unpricedCells === 0) {
    return [sentence];
  }
  return [
    sentence,
    trans._n(
      '%2 cell is not in it: what its calls cost is not known.',
      '%2 cells are not in it: what their calls cost is not known.',
      unpricedCells,
      format.count(unpricedCells)
    )
  ];
}

function amountSentence(
  { typical, low, high, runs }: Estimate,
  trans: Translate,
  format: Formatter
): string {
  const amount = format.money(typical);
  const [least, most] = [format.money(low), format.money(high)];
  const basis = runsText(runs, trans, format);
  return least === most
    ? trans.__('Running this notebook again costs about %1, from %2.', amount, basis)
    : trans.__(
        'Running this notebook again costs about %1 (%2 to %3), from %4.',
        amount,
        least,
        most,
        basis
      );
}

function runsText(runs: number, trans: Translate, format: Formatter): string {
  return runs === 1
    ? trans.__('its last run')
    : trans._n('its last %2 run', 'its last %2 runs', runs, format.count(runs));
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
