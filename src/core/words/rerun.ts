/**
 * Estimates the cost of running a notebook again, from the cost of earlier runs of its cells.
 *
 * Only runs whose calls are all priced count; cells without such a run are listed as not included.
 */

import { addDecimals, compareDecimals, halfOf } from '../record/decimal';
import type { Sums } from '../record/run-sums';
import { isWhollyPriced } from '../record/run-sums';
import type { Words } from './words';

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

/**
 * Writes the estimate; the first sentence has the amount.
 *
 * @param estimate - dollars and the number of runs they are based on.
 * @param words - the translations and the formatter.
 * @returns the sentences; none where the user hides money.
 */
export function estimateSentences(estimate: Estimate, words: Words): readonly string[] {
  const { trans, format } = words;
  const { unpricedCells } = estimate;
  const sentence = amountSentence(estimate, words);
  if (sentence === undefined) {
    return [];
  }
  if (unpricedCells === 0) {
    return [sentence];
  }
  return [
    sentence,
    trans._n(
      'Not included: %2 cell whose call cost is unknown.',
      'Not included: %2 cells whose call cost is unknown.',
      unpricedCells,
      format.count(unpricedCells)
    )
  ];
}

/**
 * Says why the user is asked before a run: the estimate, and the amount that the user set.
 *
 * @param estimate - what the run is likely to cost.
 * @param above - the amount above which runs are to be confirmed; USD.
 * @param words - the translations and the formatter.
 * @returns the sentences; without amounts where the user hides money.
 */
export function questionSentences(
  estimate: Estimate,
  above: string,
  words: Words
): readonly string[] {
  const { trans, format } = words;
  const amount = format.money(above);
  return amount === undefined
    ? [
        trans.__(
          'This run is likely to cost more than the amount above which you asked to confirm.'
        )
      ]
    : [
        ...estimateSentences(estimate, words),
        trans.__('You asked to confirm runs above %1.', amount)
      ];
}

function amountSentence({ typical, low, high, runs }: Estimate, words: Words): string | undefined {
  const { trans, format } = words;
  const amount = format.money(typical);
  const [least, most] = [format.money(low), format.money(high)];
  if (amount === undefined || least === undefined || most === undefined) {
    return undefined;
  }
  // One run has no range.
  if (runs === 1) {
    return trans.__('Running this notebook again costs about %1, based on its last run.', amount);
  }
  return least === most
    ? trans._n(
        'Running this notebook again costs about %3, based on its last %2 run.',
        'Running this notebook again costs about %3, based on its last %2 runs.',
        runs,
        format.count(runs),
        amount
      )
    : trans._n(
        'Running this notebook again costs about %3 (%4 to %5), based on its last %2 run.',
        'Running this notebook again costs about %3 (%4 to %5), based on its last %2 runs.',
        runs,
        format.count(runs),
        amount,
        least,
        most
      );
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
