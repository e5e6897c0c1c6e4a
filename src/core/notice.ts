/**
 * What an alert tells: the sentences of the toast and of the dialog.
 */

import { ratioOf } from './decimal';
import type { Formatter } from './format';
import type { Alert, Limit } from './standing';
import type { Translate } from './translate';
import { amountText, limitTitle, resetText } from './wording';

export interface Notice {
  /** One line: the toast's text, the dialog's heading. */
  readonly headline: string;
  /** The facts, name and value. */
  readonly facts: readonly (readonly [name: string, value: string])[];
  /** Everything in one sentence. */
  readonly summary: string;
}

/**
 * The words for an alert.
 *
 * @param alert - the alert, with the figures of the moment when it was raised.
 * @param limit - the limit that was crossed; absent when it is no longer set.
 */
export function toNotice(
  alert: Alert,
  limit: Limit | undefined,
  trans: Translate,
  format: Formatter
): Notice {
  const used = amountText(alert.used, alert.unit, trans, format);
  const amount = amountText(alert.amount, alert.unit, trans, format);
  const reset = alert.resetsAt && format.moment(alert.resetsAt, limit?.timeZone);
  const headline = headlineOf(alert, amount, trans, format);
  return {
    headline,
    facts: [
      ...fact(trans.__('Limit'), withTitle(amount, alert, limit, trans)),
      ...fact(trans.__('Used'), used),
      ...fact(trans.__('Resets'), reset),
      ...fact(trans.__('Top notebook'), alert.topNotebook)
    ],
    summary: [headline, resetText(alert.resetsAt, limit?.timeZone, trans, format)]
      .filter(part => part !== undefined)
      .join(' ')
  };
}

function headlineOf(
  { kind, threshold, used, amount }: Alert,
  limitAmount: string,
  trans: Translate,
  format: Formatter
): string {
  const share = format.percent(ratioOf(used, amount));
  return kind === 'exceeded'
    ? trans.__('%1 of %2 used.', share, limitAmount)
    : trans.__(
        'LLM usage has passed %1 of its limit: %2 of %3 used.',
        format.percent(threshold),
        share,
        limitAmount
      );
}

function withTitle(
  amount: string,
  { subject }: Alert,
  limit: Limit | undefined,
  trans: Translate
): string {
  return limit === undefined
    ? amount
    : trans.__('%1 (%2)', amount, limitTitle(limit, subject, trans));
}

function fact(name: string, value: string | undefined): (readonly [string, string])[] {
  return value === undefined ? [] : [[name, value]];
}
