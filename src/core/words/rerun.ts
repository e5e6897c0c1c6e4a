/**
 * Says what running a notebook again is likely to cost.
 */

import type { Estimate } from '../record/rerun';
import type { Words } from './words';

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
