/**
 * Sentences about a limit's forecast, its reservations and raises, and who can raise it.
 *
 * What the server extension does not report is left out.
 */

import { ratioOf, subtractDecimals } from '../record/decimal';
import type { Formatter } from './format';
import type { Raise } from '../limits/raise';
import type { Limit, Standing } from '../record/standing';
import type { Translate } from './translate';
import { amountText, partText } from './wording';
import type { Words } from './words';

/**
 * The forecast: the share at the end of the window, and when the limit is reached; undefined if neither is known.
 *
 * @param standing - where the limit is.
 * @param words - the translations and the formatter.
 * @returns one sentence.
 */
export function forecastText(standing: Standing, words: Words): string | undefined {
  const { trans, format } = words;
  const { forecast, limit } = standing;
  const end = endText(standing, format);
  const reached = forecast?.reachedAt && format.brief(forecast.reachedAt, limit.timeZone);
  if (forecast?.ratio === undefined || end === undefined) {
    return reached && trans.__('At this pace, the limit is reached %1', reached);
  }
  const share = format.percent(forecast.ratio);
  return reached
    ? trans.__('At this pace, %1 by %2; limit reached %3', share, end, reached)
    : trans.__('At this pace, %1 by %2', share, end);
}

/** When the window ends, in few characters: a time of the day for the short ones. */
function endText({ limit, resetsAt }: Standing, format: Formatter): string | undefined {
  if (resetsAt === undefined) {
    return undefined;
  }
  const isShort = limit.window === 'hour' || limit.window === 'day';
  return isShort ? format.clock(resetsAt, limit.timeZone) : format.day(resetsAt, limit.timeZone);
}

/**
 * Lists raises, reservations, uncertain amounts and calls without a price of a limit.
 *
 * @param standing - where the limit is.
 * @param words - the translations and the formatter.
 * @returns one sentence for each.
 */
export function remarksOf(standing: Standing, words: Words): string[] {
  const { trans } = words;
  const { raised, reserved, softBy } = standing;
  const text = (amount: string): string => partText(amount, standing, words);
  return [
    isNone(raised) ? undefined : trans.__('Raised by %1', raiseText(raised, standing, words)),
    isNone(reserved) ? undefined : trans.__('%1 reserved for calls in progress', text(reserved)),
    isNone(softBy)
      ? undefined
      : trans.__(
          'Calls in progress may exceed the limit by up to %1 because their size is estimated',
          text(softBy)
        ),
    unpricedText(standing, words)
  ].filter(remark => remark !== undefined);
}

/** Says how a limit in dollars counts calls of models without a known price; undefined when there were none. */
function unpricedText(
  { limit, unpricedCalls }: Standing,
  { trans, format }: Words
): string | undefined {
  if (unpricedCalls === undefined || unpricedCalls === 0) {
    return undefined;
  }
  const calls = format.count(unpricedCalls);
  const ceiling = Number(limit.unpriced);
  if (!(ceiling > 0)) {
    return trans._n(
      "%2 call of a model without a known price doesn't count toward this limit",
      "%2 calls of models without a known price don't count toward this limit",
      unpricedCalls,
      calls
    );
  }
  const price = format.money(String(ceiling));
  return price === undefined
    ? trans._n(
        '%2 call of a model without a known price counts at the price ceiling',
        '%2 calls of models without a known price count at the price ceiling',
        unpricedCalls,
        calls
      )
    : trans._n(
        '%2 call of a model without a known price counts at %3 per million tokens',
        '%2 calls of models without a known price count at %3 per million tokens',
        unpricedCalls,
        calls,
        price
      );
}

/**
 * Says that a limit was raised.
 *
 * @param raise - what was granted.
 * @param limit - the limit.
 * @param words - the translations and the formatter.
 * @returns one sentence; without the amount for money that the user hides.
 */
export function raisedText(raise: Raise, limit: Limit, words: Words): string {
  const { trans, format } = words;
  const amount = amountText(raise.amount, raise.unit, words);
  const end = raise.expiresAt && format.moment(raise.expiresAt, limit.timeZone);
  if (amount === undefined) {
    return end === undefined ? trans.__('Limit raised.') : trans.__('Limit raised until %1.', end);
  }
  return end === undefined
    ? trans.__('Limit raised by %1.', amount)
    : trans.__('Limit raised by %1 until %2.', amount, end);
}

/** The amount of a raise; where the user hides money, its share of the amount before. */
function raiseText(raised: string, { amount, limit }: Standing, words: Words): string {
  return (
    amountText(raised, limit.unit, words) ??
    words.format.percent(ratioOf(raised, subtractDecimals(amount, raised)))
  );
}

/**
 * Says who can raise a limit if this user can't; undefined if this user can, or if it is unknown.
 *
 * @param standing - where the limit is.
 * @param trans - the translations.
 * @returns one sentence.
 */
export function whoCanRaise({ canRaise, limit }: Standing, trans: Translate): string | undefined {
  if (canRaise !== false) {
    return undefined;
  }
  return limit.source === 'config'
    ? trans.__('An administrator set this limit, and only an administrator can raise it.')
    : trans.__("Limits can't be raised on this server. Change the limit, or ask an administrator.");
}

function isNone(amount: string | undefined): amount is undefined {
  return amount === undefined || Number(amount) === 0;
}
