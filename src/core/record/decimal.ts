/**
 * Exact arithmetic on decimal strings, the form in which amounts and money travel.
 *
 * Nothing that is added up is ever a floating-point number.
 */

/** Steps of a ratio between 0 and 1. */
const RATIO_STEPS = 1_000_000n;

/** A number as `units / 10 ** scale`. */
interface Scaled {
  readonly units: bigint;
  readonly scale: number;
}

/**
 * The exact sum of two decimal strings.
 *
 * @param left - a decimal string as `12` or `0.000481`.
 * @param right - the same.
 * @returns the sum, with as many decimals as the finer of the two.
 */
export function addDecimals(left: string, right: string): string {
  return combine(left, right, (a, b) => a + b);
}

/**
 * The exact difference of two decimal strings.
 *
 * @param left - a decimal string.
 * @param right - what is subtracted.
 * @returns the difference.
 */
export function subtractDecimals(left: string, right: string): string {
  return combine(left, right, (a, b) => a - b);
}

/**
 * The exact product of two decimal strings.
 *
 * @param left - a decimal string.
 * @param right - the same.
 * @returns the product, with the decimals of both.
 */
export function multiplyDecimals(left: string, right: string): string {
  const a = scaled(left);
  const b = scaled(right);
  return written({ units: a.units * b.units, scale: a.scale + b.scale });
}

/**
 * The exact half of a decimal string.
 *
 * @param text - a decimal string.
 * @returns the half.
 */
export function halfOf(text: string): string {
  const { units, scale } = scaled(text);
  return written({ units: units * 5n, scale: scale + 1 });
}

/**
 * Compares two decimal strings.
 *
 * @param left - a decimal string.
 * @param right - another.
 * @returns a negative number when the first is the smaller, zero when they are equal, else a positive one.
 */
export function compareDecimals(left: string, right: string): number {
  const difference = scaled(subtractDecimals(left, right)).units;
  return difference < 0n ? -1 : Number(difference > 0n);
}

/**
 * The share of a part in a whole, cut after six decimals as the service cuts it, so that it is 1 only when that is reached.
 *
 * @param part - a decimal string.
 * @param whole - a decimal string greater than 0.
 * @returns the ratio as a float, for bars and levels.
 */
export function ratioOf(part: string, whole: string): number {
  const a = scaled(part);
  const b = scaled(whole);
  const scale = Math.max(a.scale, b.scale);
  return Number((unitsAt(a, scale) * RATIO_STEPS) / unitsAt(b, scale)) / Number(RATIO_STEPS);
}

function combine(left: string, right: string, join: (a: bigint, b: bigint) => bigint): string {
  const a = scaled(left);
  const b = scaled(right);
  const scale = Math.max(a.scale, b.scale);
  return written({ units: join(unitsAt(a, scale), unitsAt(b, scale)), scale });
}

function scaled(text: string): Scaled {
  const [whole, fraction = ''] = text.split('.');
  return { units: BigInt(whole + fraction), scale: fraction.length };
}

function unitsAt(value: Scaled, scale: number): bigint {
  return value.units * 10n ** BigInt(scale - value.scale);
}

function written({ units, scale }: Scaled): string {
  const sign = units < 0n ? '-' : '';
  const digits = (units < 0n ? -units : units).toString().padStart(scale + 1, '0');
  const whole = digits.slice(0, digits.length - scale);
  return scale === 0 ? sign + whole : `${sign}${whole}.${digits.slice(-scale)}`;
}
