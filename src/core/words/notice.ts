/**
 * What an alert tells: the sentences of the toasts and of the dialog.
 */

import { addDecimals, ratioOf } from '../record/decimal';
import type { Formatter } from './format';
import { forecastText, whoCanRaise } from './outlook';
import type { Alert, Limit, Runaway, Standing } from '../record/standing';
import type { Translate } from './translate';
import { amountText, callsText, limitTitle, resetText } from './wording';

export interface Notice {
  /** One line: the toast's text, the dialog's heading. */
  readonly headline: string;
  /** The facts, name and value. */
  readonly facts: readonly (readonly [name: string, value: string])[];
  /** Everything in one sentence. */
  readonly summary: string;
  /** What happens now. */
  readonly outlook: string;
}

type Facts = (readonly [name: string, value: string])[];

/**
 * The words for an alert.
 *
 * @param alert - the alert, with the figures of the moment when it was raised.
 * @param standing - where the limit that was crossed is now; absent when it is no longer set.
 */
export function toNotice(
  alert: Alert,
  standing: Standing | undefined,
  trans: Translate,
  format: Formatter
): Notice {
  const limit = standing?.limit;
  const reset = alert.resetsAt && format.moment(alert.resetsAt, limit?.timeZone);
  const amount = amountText(alert.amount, alert.unit, trans, format);
  const headline = headlineOf(alert, amount, trans, format);
  const isBlocked = alert.kind === 'blocked';
  return {
    headline,
    facts: [
      ...fact(trans.__('Limit'), withTitle(amount, alert, limit, trans)),
      ...(isBlocked ? arithmeticOf(alert, trans, format) : usedFact(alert, trans, format)),
      ...fact(trans.__('Resets'), reset),
      ...fact(trans.__('Top notebook'), alert.topNotebook),
      ...fact(trans.__('Forecast'), standing && forecastText(standing, trans, format))
    ],
    summary: [headline, resetText(alert.resetsAt, limit?.timeZone, trans, format)]
      .filter(part => part !== undefined)
      .join(' '),
    outlook: [outlookOf(alert, standing, trans), standing && whoCanRaise(standing, trans)]
      .filter(part => part !== undefined)
      .join(' ')
  };
}

/** The words for a kernel that calls far more than its user usually does. */
export function runawayText(runaway: Runaway, trans: Translate, format: Formatter): string {
  const { callsPerMinute, usualCallsPerMinute, costPerMinute, usualCostPerMinute } = runaway;
  const who = runaway.notebookPath ?? trans.__('A kernel without a notebook');
  const calls = callsText(callsPerMinute, trans, format);
  const rate =
    usualCallsPerMinute === undefined
      ? trans.__('%1: %2 a minute.', who, calls)
      : trans.__('%1: %2 a minute, usually %3.', who, calls, format.count(usualCallsPerMinute));
  return costPerMinute === undefined
    ? rate
    : trans.__('%1 %2', rate, costRate(costPerMinute, usualCostPerMinute, trans, format));
}

function costRate(
  cost: string,
  usual: string | undefined,
  trans: Translate,
  format: Formatter
): string {
  return usual === undefined
    ? trans.__('%1 a minute.', format.money(cost))
    : trans.__('%1 a minute, usually %2.', format.money(cost), format.money(usual));
}

function headlineOf(
  { kind, threshold, used, amount }: Alert,
  limitAmount: string,
  trans: Translate,
  format: Formatter
): string {
  const share = format.percent(ratioOf(used, amount));
  switch (kind) {
    case 'blocked':
      return trans.__('A call was refused: it could have gone over the limit.');
    case 'exceeded':
      return trans.__('%1 of %2 used.', share, limitAmount);
    case 'warning':
      return trans.__(
        'LLM usage has passed %1 of its limit: %2 of %3 used.',
        format.percent(threshold),
        share,
        limitAmount
      );
  }
}

/** Why a call was refused: what was used, what was held, what it needed, and that this is more than the limit. */
function arithmeticOf(alert: Alert, trans: Translate, format: Formatter): Facts {
  const { used, reserved, needed, unit, amount } = alert;
  if (needed === undefined) {
    return usedFact(alert, trans, format);
  }
  const isMoney = unit === 'USD';
  const figure = (value: string): string =>
    isMoney ? format.exactMoney(value) : format.count(value);
  const text = (value: string): string =>
    isMoney ? figure(value) : amountText(value, unit, trans, format);
  const sum = addDecimals(addDecimals(used, reserved ?? '0'), needed);
  return [
    ...fact(trans.__('Used'), text(used)),
    ...fact(trans.__('Reserved for calls under way'), reserved && text(reserved)),
    ...fact(trans.__('This call, at most'), text(needed)),
    ...fact(trans.__('Together'), trans.__('%1 > %2', figure(sum), text(amount)))
  ];
}

function usedFact({ used, unit }: Alert, trans: Translate, format: Formatter): Facts {
  return fact(trans.__('Used'), amountText(used, unit, trans, format));
}

function outlookOf({ kind }: Alert, standing: Standing | undefined, trans: Translate): string {
  switch (kind) {
    case 'blocked':
      return trans.__('Nothing was sent. Calls that fit still go through.');
    case 'exceeded':
    case 'warning':
      return standing?.level === 'blocked'
        ? trans.__('Further calls are refused before anything is sent.')
        : trans.__('Further calls still go through and are counted.');
  }
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

function fact(name: string, value: string | undefined): Facts {
  return value === undefined ? [] : [[name, value]];
}
