/**
 * A raise as a user writes it in the form: what is suggested, and what is wrong with it. Loaded with the form.
 */

import { addDecimals, subtractDecimals } from '../record/decimal';
import type { RaiseRequest } from './raise';
import type { Standing, Unit } from '../record/standing';
import type { Translate } from '../words/translate';

/** When a raise expires: at the end of the limit's window, in one hour, or at the end of the browser's day. */
const EXPIRIES = ['window', 'hour', 'today'] as const;
/** One of `EXPIRIES`. */
export type Expiry = (typeof EXPIRIES)[number];

/** The texts of the fields. */
export interface Draft {
  readonly amount: string;
  readonly reason: string;
  readonly expiry: Expiry;
}

/** What is wrong with a draft, by field; empty when nothing is. */
type Flaws = Readonly<Partial<Record<'amount' | 'reason', string>>>;

const HOUR_MS = 3_600_000;

/** No raise adds less than a cent, a call or a token. */
const LEAST: Readonly<Record<Unit, number>> = { USD: 0.01, tokens: 1, calls: 1 };

/**
 * The draft with which the form opens.
 *
 * @param standing - where the limit stands.
 * @param needed - what the refused call needed, if there was one.
 * @returns the draft.
 */
export function firstDraft(standing: Standing, needed?: string): Draft {
  return {
    amount: suggestedAmount(standing, needed),
    reason: '',
    expiry: expiriesOf(standing)[0]
  };
}

/**
 * Lists the expiries that make sense for a limit: a total never ends, and the day of a daily limit is its window.
 *
 * @param standing - where the limit stands.
 * @returns the expiries, the preferred one first.
 */
export function expiriesOf({ limit, resetsAt }: Standing): readonly Expiry[] {
  return EXPIRIES.filter(
    expiry =>
      !(expiry === 'window' && resetsAt === undefined) &&
      !(expiry === 'today' && limit.window === 'day')
  );
}

/**
 * The time of an expiry.
 *
 * @param expiry - the chosen expiry.
 * @param now - milliseconds since 1970.
 * @returns an RFC 3339 time; undefined for the end of the window, which the server extension knows.
 */
export function expiryTime(expiry: Expiry, now: number): string | undefined {
  switch (expiry) {
    case 'window':
      return undefined;
    case 'hour':
      return new Date(now + HOUR_MS).toISOString();
    case 'today': {
      const midnight = new Date(now);
      midnight.setHours(24, 0, 0, 0);
      return midnight.toISOString();
    }
  }
}

/**
 * Suggests an amount: a tenth of the limit's, or twice what is lacking when that is more, as a round figure.
 *
 * @param standing - where the limit stands.
 * @param needed - what the refused call needed, if there was one.
 * @returns a decimal string.
 */
export function suggestedAmount({ amount, used, reserved, limit }: Standing, needed = '0'): string {
  const lacking = Number(subtractDecimals(sumOf(used, reserved, needed), amount));
  return roundUp(Math.max(Number(amount) / 10, 2 * lacking, LEAST[limit.unit]), limit.unit);
}

/**
 * The amount that is in force once a draft is granted.
 *
 * @param standing - where the limit stands.
 * @param draft - the texts of the fields.
 * @returns a decimal string; undefined while the draft's amount is not a number greater than 0.
 */
export function raisedAmount({ amount, limit }: Standing, draft: Draft): string | undefined {
  const added = readAmount(draft.amount, limit.unit);
  return added === undefined ? undefined : addDecimals(amount, added);
}

/**
 * Finds what is wrong with a draft.
 *
 * @param draft - the texts of the fields.
 * @param unit - the limit's unit.
 * @param trans - the translations.
 * @returns a message for each wrong field, which says what to write instead.
 */
export function flawsOf({ amount, reason }: Draft, unit: Unit, trans: Translate): Flaws {
  return {
    ...(readAmount(amount, unit) === undefined && {
      amount:
        unit === 'USD'
          ? trans.__('Enter the US dollars to add, for example 2.50.')
          : trans.__('Enter a whole number greater than 0, for example 5000.')
    }),
    ...(reason.trim() === '' && {
      reason: trans.__('Enter a reason. It is kept in the raise history.')
    })
  };
}

/**
 * Writes a draft as a request.
 *
 * @returns the request; undefined while the draft's amount is not a number greater than 0.
 */
export function requestOf(
  { limit, subject }: Standing,
  draft: Draft,
  now: number
): RaiseRequest | undefined {
  const amount = readAmount(draft.amount, limit.unit);
  if (amount === undefined) {
    return undefined;
  }
  return {
    limitId: limit.id,
    subject,
    amount,
    reason: draft.reason.trim(),
    expiresAt: expiryTime(draft.expiry, now)
  };
}

/** A decimal string greater than 0; thousands may be separated, as in `50,000` or `50 000`. */
function readAmount(text: string, unit: Unit): string | undefined {
  const plain = text.trim().replace(/[,\s_](?=\d{3}(\D|$))/g, '');
  const form = unit === 'USD' ? /^\d+(\.\d+)?$/ : /^\d+$/;
  return form.test(plain) && Number(plain) > 0 ? plain : undefined;
}

function sumOf(...amounts: readonly string[]): string {
  return amounts.reduce(addDecimals);
}

/** Rounds up to two leading digits; a suggestion is not added up, so floating point is exact enough. */
function roundUp(value: number, unit: Unit): string {
  const exponent = Math.floor(Math.log10(value)) - 1;
  const step = 10 ** exponent;
  const decimals = Math.max(0, -exponent);
  // A whole quotient may come out slightly larger in binary fractions, which must not add another step.
  const rounded = Math.ceil(Number((value / step).toPrecision(12))) * step;
  return unit === 'USD' ? rounded.toFixed(Math.min(decimals, 2)) : Math.ceil(rounded).toFixed(0);
}
