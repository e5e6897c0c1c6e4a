/**
 * The texts of alerts: the toasts and the dialog.
 */

import { addDecimals, ratioOf } from '../record/decimal';
import { shortened } from '../record/names';
import { forecastText, whoCanRaise } from './outlook';
import type { Alert, Limit, Runaway, Standing } from '../record/standing';
import type { Translate } from './translate';
import { limitTitle } from './limit-name';
import { amountText, callsText } from './wording';
import type { Words } from './words';

/** How much of a subject a toast holds; JupyterLab cuts longer messages. */
const LONGEST_SUBJECT = 50;

/** The text of one alert. */
export interface Notice {
  /** What happened, in one sentence. */
  readonly headline: string;
  /** The facts, name and value. */
  readonly facts: readonly (readonly [name: string, value: string])[];
  /** The notebook that used most, which is one of the facts; absent if unknown. */
  readonly notebook?: string;
  /** What happened and when the limit resets. */
  readonly summary: string;
  /** What happens to further calls, and who can raise the limit; one sentence each. */
  readonly outlook: readonly string[];
}

type Facts = (readonly [name: string, value: string])[];

/**
 * Writes the text of an alert.
 *
 * @param alert - the alert, with the figures at the time it was raised.
 * @param standing - where the limit that was crossed is now; absent when it is no longer set.
 */
export function toNotice(alert: Alert, standing: Standing | undefined, words: Words): Notice {
  const { trans, format } = words;
  const limit = standing?.limit;
  const reset = alert.resetsAt && format.moment(alert.resetsAt, limit?.timeZone);
  // Undefined for money that the user hides; the texts then have shares only.
  const amount = amountText(alert.amount, alert.unit, words);
  const name = nameOf(alert, limit, trans);
  const headline = headlineOf(alert, name, amount, words);
  const isBlocked = alert.kind === 'blocked';
  return {
    headline,
    facts: [
      ...fact(trans.__('Limit'), limitFact(name, amount, limit, trans)),
      ...(isBlocked ? arithmeticOf(alert, words) : usedFact(alert, words)),
      ...fact(trans.__('Resets'), reset),
      ...fact(trans.__('Top notebook'), alert.topNotebook),
      ...fact(trans.__('Forecast'), standing && forecastText(standing, words))
    ],
    notebook: alert.topNotebook,
    // A call without a price is refused whatever is left, so the reset doesn't matter.
    summary:
      reset === undefined || alert.unpricedModel !== undefined
        ? headline
        : summaryOf(alert, name, amount, reset, words),
    outlook: [
      outlookOf(alert, standing, trans),
      ...(alert.unpricedModel === undefined
        ? [standing && whoCanRaise(standing, trans)]
        : unpricedRemedies(limit, trans))
    ].filter(sentence => sentence !== undefined)
  };
}

/**
 * Describes a kernel that makes far more calls than its user usually does.
 *
 * @param runaway - the kernel, its calls and dollars per minute.
 * @param words - the translations and the formatter.
 * @returns one sentence for the toast.
 */
export function runawayText(runaway: Runaway, words: Words): string {
  const { trans, format } = words;
  const { callsPerMinute, usualCallsPerMinute, costPerMinute, usualCostPerMinute } = runaway;
  const who = runaway.notebookPath ?? trans.__('A kernel without a notebook');
  const calls = rateText(
    callsText(callsPerMinute, words),
    usualCallsPerMinute === undefined ? undefined : format.count(usualCallsPerMinute),
    trans
  );
  const money = costPerMinute && format.money(costPerMinute);
  if (money === undefined) {
    return trans.__('%1: %2', who, calls);
  }
  const usual = usualCostPerMinute && format.money(usualCostPerMinute);
  const cost = rateText(money, usual, trans);
  return trans.__('%1: %2, %3', who, calls, cost);
}

function rateText(amount: string, usual: string | undefined, trans: Translate): string {
  return usual === undefined
    ? trans.__('%1 per minute', amount)
    : trans.__('%1 per minute (usually %2)', amount, usual);
}

function headlineOf(
  { kind, used, amount, unpricedModel }: Alert,
  name: string,
  limitAmount: string | undefined,
  words: Words
): string {
  const { trans, format } = words;
  const share = format.percent(ratioOf(used, amount));
  if (unpricedModel !== undefined) {
    return trans.__(
      'A call was refused because the model %1 has no known price.',
      shortened(unpricedModel, LONGEST_SUBJECT)
    );
  }
  if (kind === 'blocked') {
    return trans.__('A call was refused because it could have exceeded the limit.');
  }
  return limitAmount === undefined
    ? trans.__('%1: %2 of the limit used.', name, share)
    : trans.__('%1: %2 of %3 used.', name, share, limitAmount);
}

/** The headline with the time at which the limit resets. */
function summaryOf(
  { kind, used, amount }: Alert,
  name: string,
  limitAmount: string | undefined,
  reset: string,
  { trans, format }: Words
): string {
  const share = format.percent(ratioOf(used, amount));
  if (kind === 'blocked') {
    return trans.__(
      'A call was refused because it could have exceeded the limit. Resets %1.',
      reset
    );
  }
  return limitAmount === undefined
    ? trans.__('%1: %2 of the limit used. Resets %3.', name, share, reset)
    : trans.__('%1: %2 of %3 used. Resets %4.', name, share, limitAmount, reset);
}

/** Shows why a call was refused: used, reserved and needed add up to more than the limit. */
function arithmeticOf(alert: Alert, words: Words): Facts {
  const { trans, format } = words;
  const { used, reserved, needed, unit, amount } = alert;
  if (needed === undefined) {
    return usedFact(alert, words);
  }
  const isMoney = unit === 'USD';
  // Money that the user hides is shown as shares of the limit, which add up as well.
  const figure = (value: string): string =>
    isMoney
      ? (format.exactMoney(value) ?? format.exactPercent(ratioOf(value, amount)))
      : format.count(value);
  const text = (value: string): string =>
    isMoney ? figure(value) : (amountText(value, unit, words) ?? figure(value));
  const sum = addDecimals(addDecimals(used, reserved ?? '0'), needed);
  return [
    ...fact(trans.__('Used'), text(used)),
    ...fact(trans.__('Reserved for calls in progress'), reserved && text(reserved)),
    ...fact(trans.__('This call, at most'), text(needed)),
    ...fact(trans.__('Total'), trans.__('%1 > %2', figure(sum), text(amount)))
  ];
}

function usedFact({ used, unit, amount }: Alert, words: Words): Facts {
  const { trans, format } = words;
  const share = format.percent(ratioOf(used, amount));
  return fact(trans.__('Used'), amountText(used, unit, words) ?? share);
}

function outlookOf(
  { kind, unpricedModel }: Alert,
  standing: Standing | undefined,
  trans: Translate
): string {
  switch (kind) {
    case 'blocked':
      if (unpricedModel !== undefined) {
        return trans.__(
          'Nothing was sent. This limit refuses calls of models without a known price; other calls still go through.'
        );
      }
      return trans.__('Nothing was sent. Calls that fit within the limit still go through.');
    case 'exceeded':
    case 'warning':
      return standing?.level === 'blocked'
        ? trans.__('Further calls are refused before anything is sent.')
        : trans.__('Further calls still go through and are counted.');
  }
}

/** Says what lets calls of a model without a known price through, and who can do it. */
function unpricedRemedies(limit: Limit | undefined, trans: Translate): string[] {
  return [
    limit?.source === 'config'
      ? trans.__(
          'An administrator set this limit, and only an administrator can let it allow such calls or count them at a price ceiling.'
        )
      : trans.__(
          'To send such calls, let the limit allow them or count them at a price ceiling (Settings → LLM Meter).'
        ),
    trans.__('An administrator can also give the model a price of its own.')
  ];
}

/** The name of the alert's limit; that of the usage where the limit is no longer set. */
function nameOf({ subject }: Alert, limit: Limit | undefined, trans: Translate): string {
  return limit === undefined
    ? trans.__('LLM usage')
    : limitTitle(limit, subject && shortened(subject, LONGEST_SUBJECT), trans);
}

function limitFact(
  name: string,
  amount: string | undefined,
  limit: Limit | undefined,
  trans: Translate
): string | undefined {
  if (limit === undefined) {
    return amount;
  }
  return amount === undefined ? name : trans.__('%1: %2', name, amount);
}

function fact(name: string, value: string | undefined): Facts {
  return value === undefined ? [] : [[name, value]];
}
