/**
 * Reads limits as people write them in the settings. The twin of core/limit_reader.py.
 *
 * A value that would silently turn a limit off is an error: a typo, a zero, a boolean, a text that is not a number.
 */

import { ratioOf } from '../record/decimal';
import type { Limit, Weekday } from '../record/standing';
import { ON_EXCEED, SCOPES, UNITS, WEEKDAYS, WINDOWS } from '../record/standing';

/** A limit is not valid; the message names the field, what was given and what is allowed. */
export class LimitError extends Error {
  override name = 'LimitError';
}

/** A limit with all that is needed to count. */
export interface LimitRule extends Limit {
  /** The names of the channels for its alerts; absent means the default ones. Channels belong to the server extension. */
  readonly notify?: readonly string[];
  readonly timeZone: string;
  readonly weekStart: Weekday;
  readonly resetHour: number;
}

const DEFAULT_WARN_AT: readonly number[] = [0.8];
/** US dollars per million tokens. */
export const HIGHEST_CEILING = 1_000_000;
const FIELDS = [
  'scope',
  'value',
  'window',
  'unit',
  'amount',
  'warn_at',
  'on_exceed',
  'unpriced',
  'notify',
  'time_zone',
  'week_start',
  'reset_hour'
];

type Item = Readonly<Record<string, unknown>>;

/**
 * Reads limits.
 *
 * @param items - flat objects as documented in docs/reference/protocol.md, "Limits".
 * @param defaultTimeZone - IANA name used where a limit names none.
 * @returns the limits.
 * @throws {LimitError} at the first limit that is not valid.
 */
export function parseLimits(items: unknown, defaultTimeZone: string): readonly LimitRule[] {
  if (!Array.isArray(items)) {
    throw new LimitError(`limits is ${shown(items)}; it must be a list of limits`);
  }
  const ids = new Set<string>();
  return items.map((item: unknown, index) => {
    const where = `limit ${index + 1}`;
    const limit = parseLimit(item, where, defaultTimeZone);
    if (ids.has(limit.id)) {
      throw new LimitError(
        `${where}: ${limit.id} is set twice; remove one, or change its scope, value, window or unit`
      );
    }
    ids.add(limit.id);
    return limit;
  });
}

/**
 * Lists the thresholds that a used amount has reached.
 *
 * @param limit - the limit.
 * @param used - a decimal string in the limit's unit.
 * @returns ratios, ascending; 1 is one of them when the amount is reached.
 */
export function crossedThresholds(limit: Limit, used: string): readonly number[] {
  const ratio = ratioOf(used, limit.amount);
  return [...limit.warnAt, 1].filter(threshold => ratio >= threshold);
}

function parseLimit(given: unknown, where: string, defaultTimeZone: string): LimitRule {
  const item = objectOf(given, where);
  const scope = choice(item, 'scope', SCOPES, where, 'user');
  const value = valueOf(item, where);
  const window = choice(item, 'window', WINDOWS, where);
  const unit = choice(item, 'unit', UNITS, where);
  const notify = notifyOf(item, where);
  if (unit !== 'USD' && (item.unpriced ?? undefined) !== undefined) {
    throw new LimitError(
      `${where}: unpriced is ${shown(item.unpriced)}, but only a limit in USD depends on prices; remove it, or set unit to USD`
    );
  }
  const subject = value === undefined ? scope : `${scope}=${value}`;
  return {
    id: `${subject}/${window}/${unit}`,
    scope,
    ...(value !== undefined && { value }),
    window,
    unit,
    amount: amountOf(item, where),
    warnAt: warnAtOf(item, where),
    onExceed: choice(item, 'on_exceed', ON_EXCEED, where, 'warn'),
    ...(unit === 'USD' && { unpriced: unpricedOf(item, where) }),
    ...(notify !== undefined && { notify }),
    timeZone: timeZoneOf(item, where, defaultTimeZone),
    weekStart: choice(item, 'week_start', WEEKDAYS, where, 'monday'),
    resetHour: resetHourOf(item, where)
  };
}

function objectOf(given: unknown, where: string): Item {
  if (typeof given !== 'object' || given === null || Array.isArray(given)) {
    throw new LimitError(
      `${where} is ${shown(given)}; it must be an object with window, unit and amount`
    );
  }
  const item = given as Item;
  const unknown = Object.keys(item).find(key => !FIELDS.includes(key));
  if (unknown !== undefined) {
    throw new LimitError(
      `${where}: unknown field ${shown(unknown)}; allowed are ${FIELDS.join(', ')}`
    );
  }
  const missing = ['window', 'unit', 'amount'].find(key => (item[key] ?? null) === null);
  if (missing !== undefined) {
    throw new LimitError(
      `${where}: ${missing} is missing; every limit needs window, unit and amount`
    );
  }
  return item;
}

function choice<T extends string>(
  item: Item,
  field: string,
  allowed: readonly T[],
  where: string,
  otherwise?: T
): T {
  const given = item[field] ?? otherwise;
  const found = allowed.find(word => word === given);
  if (found === undefined) {
    throw new LimitError(
      `${where}: ${field} is ${shown(given)}; allowed are ${allowed.join(', ')}`
    );
  }
  return found;
}

function valueOf(item: Item, where: string): string | undefined {
  const given = item.value ?? undefined;
  if (given === undefined || (typeof given === 'string' && given !== '')) {
    return given;
  }
  throw new LimitError(
    `${where}: value is ${shown(given)}; it must be a non-empty text, or null to count each one separately`
  );
}

function amountOf({ amount }: Item, where: string): string {
  if (!isNumber(amount) || amount <= 0) {
    throw new LimitError(
      `${where}: amount is ${shown(amount)}; it must be a number greater than 0`
    );
  }
  return decimalOf(amount);
}

function unpricedOf({ unpriced, on_exceed: onExceed }: Item, where: string): string {
  const given = unpriced ?? 'allow';
  if (given === 'block' && onExceed !== 'block') {
    throw new LimitError(
      `${where}: unpriced is "block", but the limit refuses no calls; set on_exceed to block as well`
    );
  }
  if (given === 'allow' || given === 'block') {
    return given;
  }
  const isDecimal = typeof given === 'string' && /^\d+(\.\d+)?$/.test(given);
  const ceiling = isNumber(given) || isDecimal ? Number(given) : 0;
  if (ceiling > 0 && ceiling <= HIGHEST_CEILING) {
    return decimalOf(ceiling);
  }
  throw new LimitError(
    `${where}: unpriced is ${shown(given)}; allowed are allow, block, or a price ceiling: US dollars per million tokens, greater than 0 and at most 1,000,000`
  );
}

function warnAtOf(item: Item, where: string): readonly number[] {
  const given = item.warn_at ?? DEFAULT_WARN_AT;
  if (Array.isArray(given) && given.every(share => isNumber(share) && share > 0 && share < 1)) {
    return [...new Set(given as number[])].sort((a, b) => a - b);
  }
  throw new LimitError(
    `${where}: warn_at is ${shown(given)}; it must be a list of numbers between 0 and 1`
  );
}

function notifyOf({ notify }: Item, where: string): readonly string[] | undefined {
  if (notify === undefined || notify === null) {
    return undefined;
  }
  if (Array.isArray(notify) && notify.every(name => typeof name === 'string' && name !== '')) {
    return [...new Set(notify as string[])];
  }
  throw new LimitError(
    `${where}: notify is ${shown(notify)}; it must be a list of channel names, or null for all default channels`
  );
}

function timeZoneOf(item: Item, where: string, otherwise: string): string {
  const given = item.time_zone ?? otherwise;
  try {
    if (typeof given === 'string' && given !== '') {
      new Intl.DateTimeFormat('en', { timeZone: given });
      return given;
    }
  } catch (error) {
    if (!(error instanceof RangeError)) {
      /* istanbul ignore next -- Intl throws only a RangeError for a zone; any other error is a fault to see */
      throw error;
    }
  }
  throw new LimitError(
    `${where}: time_zone is ${shown(given)}; it must be an IANA name such as Asia/Shanghai, or null for the browser's time zone`
  );
}

function resetHourOf(item: Item, where: string): number {
  const given = item.reset_hour ?? 0;
  if (isNumber(given) && Number.isInteger(given) && given >= 0 && given <= 23) {
    return given;
  }
  throw new LimitError(
    `${where}: reset_hour is ${shown(given)}; it must be a whole number from 0 to 23`
  );
}

function isNumber(value: unknown): value is number {
  return typeof value === 'number' && Number.isFinite(value);
}

/** A number without exponent, as amounts are added up. */
function decimalOf(amount: number): string {
  const text = String(amount);
  return text.includes('e') ? amount.toFixed(20).replace(/\.?0+$/, '') : text;
}

function shown(value: unknown): string {
  return JSON.stringify(value) ?? String(value);
}
