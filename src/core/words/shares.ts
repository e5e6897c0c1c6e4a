/**
 * Shares of a whole as people read them: whole percentages that add up to 100.
 */

/**
 * Divides 100 percent among parts, by the largest remainder: each part gets its percentage cut to a whole number, and the
 * percents that are left go to the parts that lost the most.
 *
 * @param parts - the amounts, none below 0.
 * @returns a whole percentage, as a ratio, for each part; all 0 where the sum is 0.
 */
export function sharesOf(parts: readonly number[]): readonly number[] {
  const whole = parts.reduce((sum, part) => sum + part, 0);
  if (whole === 0) {
    return parts.map(() => 0);
  }
  const exact = parts.map(part => (part / whole) * 100);
  const cut = exact.map(Math.floor);
  const left = 100 - cut.reduce((sum, percent) => sum + percent, 0);
  const byLoss = [...exact.keys()].sort(
    (one, other) => exact[other] - cut[other] - (exact[one] - cut[one]) || one - other
  );
  const raised = new Set(byLoss.slice(0, left));
  return cut.map((percent, index) => (percent + (raised.has(index) ? 1 : 0)) / 100);
}
