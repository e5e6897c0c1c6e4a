/**
 * A raise as a user writes it in the form, before it is asked for.
 *
 * Owns what is suggested and what is wrong with a draft; refuses to send what the server extension would refuse. Loaded with the form.
 */

import { addDecimals, subtractDecimals } from '../record/decimal';
import type { RaiseRequest } from './raise';
import type { Standing, Unit } from '../record/standing';
import type { Translate } from '../words/translate';

/** Until when a raise holds: the end of the limit's window, one hour, or the end of the browser's day. */
export const EXPIRIES = ['window', 'hour', 'today'] as const;
export type Expiry = (typeof EXPIRIES)[number];

export interface Draft {
  readonly amount: string;
  readonly reason: string;
  readonly expiry: Expiry;
}

/** What is wrong with a draft, by field; empty when nothing is. */
export type Flaws = Readonly<Partial<Record<'amount' | 'reason', string>>>;

const HOUR_MS = 3_600_000;

/** No raise adds less than a cent, a call or a token. */
const LEAST: Readonly<Record<Unit, number>> = { USD: 0.01, tokens: 1, calls: 1 };

/** The draft with which the form opens. */
export function firstDraft(standing: Standing, needed?: string): Draft {
  return {
    amount: suggestedAmount(standing, needed),
    reason: '',
    expiry: expiriesOf(standing)[0]
  };
}

/** The expiries that a limit offers; a total never ends, and the day of a daily limit is its window. */
export function expiriesOf({ limit, resetsAt }: Standing): readonly Expiry[] {
  return EXPIRIES.filter(
    expiry =>
      !(expiry === 'window' && resetsAt === undefined) &&
      !(expiry === 'today' && limit.window === 'day')
  );
}

/**
 * When an expiry comes.
 *
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
 * A sum that gets the user on: a tenth of the amount, or twice what is lacking when that is more, as a round figure.
 *
 * @param needed - what the refused call needed, where one was.
 */
export function suggestedAmount({ amount, used, reserved, limit }: Standing, needed = '0'): string {
  const lacking = Number(subtractDecimals(sumOf(used, reserved, needed), amount));
  return roundUp(Math.max(Number(amount) / 10, 2 * lacking, LEAST[limit.unit]), limit.unit);
}

/** The amount in force once a draft is granted; undefined while its amount is none. */
export function raisedAmount({ amount, limit }: Standing, draft: Draft): string | undefined {
  const added = readAmount(draft.amount, limit.unit);
  return added === undefined ? undefined : addDecimals(amount, added);
}

/** What is wrong with a draft, in words that say what to write instead. */
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

/** The request that a draft without flaws makes; undefined while its amount is none. */
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

/** A decimal string above zero; thousands may be set apart as `50,000` or `50 000`. */
function readAmount(text: string, unit: Unit): string | undefined {
  const plain = text.trim().replace(/[,\s_](?=\d{3}(\D|$))/g, '');
  const form = unit === 'USD' ? /^\d+(\.\d+)?$/ : /^\d+$/;
  return form.test(plain) && Number(plain) > 0 ? plain : undefined;
}

function sumOf(...amounts: readonly string[]): string {
  return amounts.reduce(addDecimals);
}

/** To two leading digits; a suggestion is no figure that is added up, so it may be floating. */
function roundUp(value: number, unit: Unit): string {
  const exponent = Math.floor(Math.log10(value)) - 1;
  const step = 10 ** exponent;
  const decimals = Math.max(0, -exponent);
  // What binary fractions add to a quotient that is whole is no reason for another step.
  const rounded = Math.ceil(Number((value / step).toPrecision(12))) * step;
  return unit === 'USD' ? rounded.toFixed(Math.min(decimals, 2)) : Math.ceil(rounded).toFixed(0);
}
