/**
 * Reads limits as people write them in the settings. The twin of core/limit_reader.py.
 *
 * A value that would silently turn a limit off is an error: a typo, a zero, a boolean, a text that is not a number.
 */

import { ratioOf } from '../record/decimal';
import type { Explanation } from '../record/explanation';
import type { Limit, Weekday } from '../record/standing';
import { ON_EXCEED, SCOPES, UNITS, WEEKDAYS, WINDOWS } from '../record/standing';

/** A limit is not valid; the explanation names the field, what was given and what is allowed. */
export class LimitError extends Error {
  override name = 'LimitError';
  readonly explanation: Explanation;

  /**
   * @param code - the code of the explanation.
   * @param values - what its text names.
   */
  constructor(code: string, values: Readonly<Record<string, string | number>>) {
    super(code);
    this.explanation = { code, values: new Map(Object.entries(values)), text: code };
  }
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
    throw new LimitError('limits-no-list', { given: shown(items) });
  }
  const ids = new Set<string>();
  return items.map((item: unknown, index) => {
    const number = index + 1;
    const limit = parseLimit(item, number, defaultTimeZone);
    if (ids.has(limit.id)) {
      throw new LimitError('limit-twice', { number, id: limit.id });
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

function parseLimit(given: unknown, number: number, defaultTimeZone: string): LimitRule {
  const item = objectOf(given, number);
  const scope = choice(item, 'scope', SCOPES, number, 'user');
  const value = valueOf(item, number);
  const window = choice(item, 'window', WINDOWS, number);
  const unit = choice(item, 'unit', UNITS, number);
  const notify = notifyOf(item, number);
  if (unit !== 'USD' && (item.unpriced ?? undefined) !== undefined) {
    throw new LimitError('limit-unpriced-unit', { number, given: shown(item.unpriced) });
  }
  const subject = value === undefined ? scope : `${scope}=${value}`;
  return {
    id: `${subject}/${window}/${unit}`,
    scope,
    ...(value !== undefined && { value }),
    window,
    unit,
    amount: amountOf(item, number),
    warnAt: warnAtOf(item, number),
    onExceed: choice(item, 'on_exceed', ON_EXCEED, number, 'warn'),
    ...(unit === 'USD' && { unpriced: unpricedOf(item, number) }),
    ...(notify !== undefined && { notify }),
    timeZone: timeZoneOf(item, number, defaultTimeZone),
    weekStart: choice(item, 'week_start', WEEKDAYS, number, 'monday'),
    resetHour: resetHourOf(item, number)
  };
}

function objectOf(given: unknown, number: number): Item {
  if (typeof given !== 'object' || given === null || Array.isArray(given)) {
    throw new LimitError('limit-no-object', { number, given: shown(given) });
  }
  const item = given as Item;
  const unknown = Object.keys(item).find(key => !FIELDS.includes(key));
  if (unknown !== undefined) {
    throw new LimitError('limit-unknown-field', {
      number,
      field: shown(unknown),
      allowed: FIELDS.join(', ')
    });
  }
  const missing = ['window', 'unit', 'amount'].find(key => (item[key] ?? null) === null);
  if (missing !== undefined) {
    throw new LimitError('limit-missing-field', { number, field: missing });
  }
  return item;
}

function choice<T extends string>(
  item: Item,
  field: string,
  allowed: readonly T[],
  number: number,
  otherwise?: T
): T {
  const given = item[field] ?? otherwise;
  const found = allowed.find(word => word === given);
  if (found === undefined) {
    throw new LimitError('limit-choice', {
      number,
      field,
      given: shown(given),
      allowed: allowed.join(', ')
    });
  }
  return found;
}

function valueOf(item: Item, number: number): string | undefined {
  const given = item.value ?? undefined;
  if (given === undefined || (typeof given === 'string' && given !== '')) {
    return given;
  }
  throw new LimitError('limit-value', { number, given: shown(given) });
}

function amountOf({ amount }: Item, number: number): string {
  if (!isNumber(amount) || amount <= 0) {
    throw new LimitError('limit-amount', { number, given: shown(amount) });
  }
  return decimalOf(amount);
}

function unpricedOf({ unpriced, on_exceed: onExceed }: Item, number: number): string {
  const given = unpriced ?? 'allow';
  if (given === 'block' && onExceed !== 'block') {
    throw new LimitError('limit-unpriced-warn', { number });
  }
  if (given === 'allow' || given === 'block') {
    return given;
  }
  const isDecimal = typeof given === 'string' && /^\d+(\.\d+)?$/.test(given);
  const ceiling = isNumber(given) || isDecimal ? Number(given) : 0;
  if (ceiling > 0 && ceiling <= HIGHEST_CEILING) {
    return decimalOf(ceiling);
  }
  throw new LimitError('limit-unpriced', {
    number,
    given: shown(given),
    highest: HIGHEST_CEILING
  });
}

function warnAtOf(item: Item, number: number): readonly number[] {
  const given = item.warn_at ?? DEFAULT_WARN_AT;
  if (Array.isArray(given) && given.every(share => isNumber(share) && share > 0 && share < 1)) {
    return [...new Set(given as number[])].sort((a, b) => a - b);
  }
  throw new LimitError('limit-warn-at', { number, given: shown(given) });
}

function notifyOf({ notify }: Item, number: number): readonly string[] | undefined {
  if (notify === undefined || notify === null) {
    return undefined;
  }
  if (Array.isArray(notify) && notify.every(name => typeof name === 'string' && name !== '')) {
    return [...new Set(notify as string[])];
  }
  throw new LimitError('limit-notify', { number, given: shown(notify) });
}

function timeZoneOf(item: Item, number: number, otherwise: string): string {
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
  throw new LimitError('limit-time-zone', { number, given: shown(given) });
}

function resetHourOf(item: Item, number: number): number {
  const given = item.reset_hour ?? 0;
  if (isNumber(given) && Number.isInteger(given) && given >= 0 && given <= 23) {
    return given;
  }
  throw new LimitError('limit-reset-hour', { number, given: shown(given) });
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
