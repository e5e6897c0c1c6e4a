/**
 * Texts about amounts, costs and times that several places show.
 *
 * An unknown cost is never shown as zero: it is called unpriced or unknown, and a sum that lacks some calls is a lower bound.
 */

import { ratioOf } from '../record/decimal';
import type { Standing, Totals, Unit } from '../record/standing';
import type { Words } from './words';

/**
 * An amount in a limit's unit, in full.
 *
 * @param amount - a decimal string in the limit's unit.
 * @param unit - what the amount counts.
 * @param words - the translations and the formatter.
 * @returns for example `1,000,000 tokens` or `$2.50`; undefined for money that the user hides.
 */
export function amountText(amount: string, unit: Unit, words: Words): string | undefined {
  const { trans, format } = words;
  switch (unit) {
    case 'tokens':
      return trans._n('%2 token', '%2 tokens', Number(amount), format.count(amount));
    case 'calls':
      return callsText(Number(amount), words);
    case 'USD':
      return format.money(amount);
  }
}

/**
 * A part of a limit's amount: in its unit, or as a share of the amount where the user hides money.
 *
 * @param part - a decimal string in the limit's unit.
 * @param standing - where the limit is.
 * @param words - the translations and the formatter.
 * @returns for example `1,530 tokens` or `12%`.
 */
export function partText(part: string, { amount, limit }: Standing, words: Words): string {
  return amountText(part, limit.unit, words) ?? words.format.percent(ratioOf(part, amount));
}

/**
 * A number of calls: `1 call`, `12 calls`.
 *
 * @param calls - how many.
 * @param words - the translations and the formatter.
 * @returns the number with the noun.
 */
export function callsText(calls: number, words: Words): string {
  const { trans, format } = words;
  return trans._n('%2 call', '%2 calls', calls, format.count(calls));
}

/**
 * Used and limit in full: `812,345 of 1,000,000 tokens`.
 *
 * @param standing - where the limit is.
 * @param words - the translations and the formatter.
 * @returns both amounts with the unit; undefined for money that the user hides.
 */
export function usedOfLimit({ used, amount, limit }: Standing, words: Words): string | undefined {
  const { trans, format } = words;
  const figure = limit.unit === 'USD' ? format.money(used) : format.count(used);
  const whole = amountText(amount, limit.unit, words);
  return figure === undefined || whole === undefined
    ? undefined
    : trans.__('%1 of %2', figure, whole);
}

/**
 * When a window resets; undefined for a total.
 *
 * @param resetsAt - RFC 3339; undefined for a limit that never resets.
 * @param timeZone - the limit's IANA time zone; undefined means that of the formatter.
 * @param words - the translations and the formatter.
 * @returns the moment with its zone.
 */
export function resetText(
  resetsAt: string | undefined,
  timeZone: string | undefined,
  words: Words
): string | undefined {
  const { trans, format } = words;
  return resetsAt === undefined
    ? undefined
    : trans.__('Resets %1', format.moment(resetsAt, timeZone));
}

/**
 * The cost of some calls: a sum, a lower bound if some calls are not included, or "unpriced".
 *
 * @param totals - the sums of the calls; the cost in US dollars.
 * @param words - the translations and the formatter.
 * @returns the cost; undefined where the user hides money.
 */
export function costText(totals: Totals, words: Words): string | undefined {
  return costIn(totals, words, amount => words.format.money(amount));
}

/**
 * The cost of some calls in dollars alone, for places with little room.
 *
 * @param totals - the sums of the calls; the cost in US dollars.
 * @param words - the translations and the formatter.
 * @returns the cost; undefined where the user hides money.
 */
export function briefCostText(totals: Totals, words: Words): string | undefined {
  return costIn(totals, words, amount => words.format.briefMoney(amount));
}

/**
 * The rate of the currency beside the dollar, with its day; undefined if there is none, or if the user hides money.
 *
 * @param words - the translations and the formatter.
 * @returns for example `$1 = CN¥7.10 (rate of Nov 1, 2026)`.
 */
export function rateText({ trans, format }: Words): string | undefined {
  const own = format.ownCurrency;
  const rate = format.rate();
  return own === undefined || rate === undefined
    ? undefined
    : trans.__('1 USD = %1 (rate of %2)', rate, format.date(own.asOf));
}

function costIn(
  totals: Totals,
  { trans, format }: Words,
  write: (amount: string) => string | undefined
): string | undefined {
  if (!format.isMoneyShown) {
    return undefined;
  }
  const isLowerBound = totals.unpricedCalls + totals.missingCalls > 0;
  if (totals.cost !== undefined) {
    const cost = write(totals.cost);
    return cost !== undefined && isLowerBound ? trans.__('at least %1', cost) : cost;
  }
  if (totals.calls === 0) {
    return write('0');
  }
  return totals.unpricedCalls > 0 ? trans.__('unpriced') : trans.__('unknown');
}
