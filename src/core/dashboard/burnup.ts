/**
 * The curve of a limit in its window: what is used so far, the amount, and the forecast where the server extension has one.
 */

import type { Standing } from '../record/standing';
import type { Bucket, Span, Step } from './period';
import { bucketsOf } from './period';
import type { UsageRow } from './usage-rows';
import { valueOf } from './usage-rows';

/** A point of the curve: milliseconds since 1970, and an amount in the limit's unit. */
export interface Point {
  readonly at: number;
  readonly used: number;
}

/** The curve of a standing. */
export interface Burnup {
  readonly start: number;
  readonly end: number;
  readonly amount: number;
  /** From the start of the window until now. */
  readonly points: readonly Point[];
  /** At the end of the window, at this pace. */
  readonly forecast?: Point;
}

/** The window of a standing and the steps of its curve. */
export interface Course {
  readonly span: Span;
  readonly step: Step;
  /** The parameters of a request for the calls that the limit counts. */
  readonly query: Readonly<Record<string, string>>;
}

/**
 * Finds the window and the steps of a standing's curve.
 *
 * @param standing - where the limit stands.
 * @param timeZone - the reader's, for limits that name none.
 * @returns undefined for a total, which has no end, and for an hour, which is too short for steps.
 */
export function courseOf(standing: Standing, timeZone: string): Course | undefined {
  const { limit, subject, windowStart, resetsAt } = standing;
  if (windowStart === undefined || resetsAt === undefined || limit.window === 'hour') {
    return undefined;
  }
  const span = { from: windowStart, to: resetsAt, timeZone: limit.timeZone ?? timeZone };
  const value = subject ?? limit.value;
  return {
    span,
    step: limit.window === 'day' ? 'hour' : 'day',
    query: value === undefined ? {} : { [limit.scope]: value }
  };
}

/**
 * The curve of a standing.
 *
 * @param rows - the sums of its window by the course's step.
 * @param now - milliseconds since 1970; the curve ends there, at what the standing says.
 */
export function burnupOf(
  standing: Standing,
  { span, step }: Course,
  rows: readonly UsageRow[],
  now: number
): Burnup {
  const start = Date.parse(span.from);
  const end = Date.parse(span.to);
  const until = Math.min(Math.max(now, start), end);
  const used = Number(standing.used);
  const passed = bucketsOf(span, step).filter(({ to }) => Date.parse(to) < until);
  const points = [
    { at: start, used: 0 },
    // The curve ends at the standing's own figure, which holds calls that the sums do not show yet.
    ...added(passed, rows, standing).map(point => ({ ...point, used: Math.min(point.used, used) })),
    { at: until, used }
  ];
  const amount = Number(standing.amount);
  const ratio = standing.forecast?.ratio;
  return {
    start,
    end,
    amount,
    points,
    forecast: ratio === undefined ? undefined : { at: end, used: ratio * amount }
  };
}

function added(
  buckets: readonly Bucket[],
  rows: readonly UsageRow[],
  { limit }: Standing
): readonly Point[] {
  const unit = limit.unit === 'USD' ? 'cost' : limit.unit;
  const byKey = new Map(rows.map(row => [row.group, valueOf(row, unit)]));
  let used = 0;
  return buckets.map(({ key, to }) => {
    used += byKey.get(key) ?? 0;
    return { at: Date.parse(to), used };
  });
}
