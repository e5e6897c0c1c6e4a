/**
 * Exact arithmetic on decimal strings, the form in which amounts and money travel.
 *
 * Owns addition, subtraction and the ratio of two amounts; refuses floating point for anything that is added up.
 */

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

/** The exact difference of two decimal strings. */
export function subtractDecimals(left: string, right: string): string {
  return combine(left, right, (a, b) => a - b);
}

/**
 * How much of a whole a part is.
 *
 * @param part - a decimal string.
 * @param whole - a decimal string above zero.
 * @returns the ratio as a float, for bars and levels; 1 exactly when the two are equal.
 */
export function ratioOf(part: string, whole: string): number {
  return Number(part) / Number(whole);
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
