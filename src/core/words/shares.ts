/**
 * Shares of a whole as people read them: whole percentages that add up to 100.
 */

/** The largest share that reads as less than one percent. */
const LARGEST_TRACE = 0.004;

/**
 * Divides 100 percent among parts, by the largest remainder: each part gets its percentage cut to a whole number, and the
 * percents that are left go to the parts that lost the most. A part of something is never nothing: where its percentage is 0,
 * its share stays below half a percent, which reads as `<1%`. Then no other part is the whole.
 *
 * @param parts - the amounts, none below 0.
 * @returns a whole percentage, as a ratio, for each part, or a share below half a percent; all 0 where the sum is 0.
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
  return cut.map((percent, index) => {
    const shown = percent + (raised.has(index) ? 1 : 0);
    if (shown === 0 && parts[index] > 0) {
      return Math.min(parts[index] / whole, LARGEST_TRACE);
    }
    return (parts[index] < whole ? Math.min(shown, 99) : shown) / 100;
  });
}
