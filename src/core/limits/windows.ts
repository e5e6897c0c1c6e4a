/**
 * Calendar windows: the interval in which a limit counts, in an IANA time zone. The twin of core/windows.py.
 *
 * Windows of one kind partition time: every instant lies in exactly one, even when clocks change. A boundary in skipped
 * local
 * time is the first instant after the skip, one in repeated local time the first of the two. Loaded on first use: only a
 * page in local mode needs it.
 */

import { Temporal } from 'temporal-polyfill';

import { WEEKDAYS } from '../record/standing';
import type { Weekday, WindowName } from '../record/standing';

/** An interval in milliseconds since 1970, UTC; a total has no end. */
export interface Bounds {
  readonly start: number;
  readonly end?: number;
}

/** How the windows of a limit lie. */
export interface WindowRule {
  readonly window: WindowName;
  /** IANA name of the zone whose calendar counts. */
  readonly timeZone: string;
  readonly weekStart: Weekday;
  /** Local hour, 0 to 23, at which days, weeks and months begin. */
  readonly resetHour: number;
}

const HOUR_MS = 3_600_000;

/** The length of a calendar window. */
type Step = { days: number } | { months: number };

/**
 * The window that holds an instant.
 *
 * @param rule - how the windows lie.
 * @param at - milliseconds since 1970.
 * @returns the first instant of the window and the first after it.
 * @throws {RangeError} when the time zone does not exist.
 */
export function windowBounds(rule: WindowRule, at: number): Bounds {
  const local = Temporal.Instant.fromEpochMilliseconds(at).toZonedDateTimeISO(rule.timeZone);
  const today = local.toPlainDate();
  switch (rule.window) {
    case 'total':
      return { start: 0 };
    case 'hour':
      return hourOf(local);
    case 'day':
      return enclosing(rule, at, today, { days: 1 });
    case 'week': {
      const past = (today.dayOfWeek - 1 - WEEKDAYS.indexOf(rule.weekStart) + 7) % 7;
      return enclosing(rule, at, today.subtract({ days: past }), { days: 7 });
    }
    case 'month':
      return enclosing(rule, at, today.with({ day: 1 }), { months: 1 });
  }
}

function enclosing(rule: WindowRule, at: number, date: Temporal.PlainDate, step: Step): Bounds {
  let first = date;
  while (instantOf(first, rule) > at) {
    first = first.subtract(step);
  }
  while (instantOf(first.add(step), rule) <= at) {
    first = first.add(step);
  }
  return { start: instantOf(first, rule), end: instantOf(first.add(step), rule) };
}

/** The instant at which the zone's wall clock first shows the reset hour of a date, or first passes it. */
function instantOf(date: Temporal.PlainDate, { timeZone, resetHour }: WindowRule): number {
  const wall = date.toPlainDateTime({ hour: resetHour });
  const earlier = wall.toZonedDateTime(timeZone, { disambiguation: 'earlier' });
  const later = wall.toZonedDateTime(timeZone, { disambiguation: 'later' });
  const isSkipped = !earlier.toPlainDateTime().equals(wall);
  // In skipped time `later` adds the length of the skip to the wall clock, which gives a time after its end.
  const skipEnd = isSkipped ? earlier.getTimeZoneTransition('next') : null;
  if (skipEnd !== null && skipEnd.epochMilliseconds <= later.epochMilliseconds) {
    return skipEnd.epochMilliseconds;
  }
  return (isSkipped ? later : earlier).epochMilliseconds;
}

/** Sixty minutes from a full local hour; shorter where the clocks change by a part of an hour. */
function hourOf(local: Temporal.ZonedDateTime): Bounds {
  const at = local.epochMilliseconds;
  const past = (local.minute * 60 + local.second) * 1000 + local.millisecond;
  const start = at - past;
  const end = start + HOUR_MS;
  return { start: lastCut(local, start) ?? start, end: nextCut(local, end) ?? end };
}

function lastCut(local: Temporal.ZonedDateTime, start: number): number | undefined {
  const change = local.add({ nanoseconds: 1 }).getTimeZoneTransition('previous');
  return change !== null && change.epochMilliseconds > start && isCut(change)
    ? change.epochMilliseconds
    : undefined;
}

function nextCut(local: Temporal.ZonedDateTime, end: number): number | undefined {
  const change = local.getTimeZoneTransition('next');
  return change !== null && change.epochMilliseconds < end && isCut(change)
    ? change.epochMilliseconds
    : undefined;
}

/** Whether the part of the offset below an hour changes: only this moves the start of local hours. */
function isCut(change: Temporal.ZonedDateTime): boolean {
  const before = change.subtract({ nanoseconds: 1 });
  return ((change.offsetNanoseconds - before.offsetNanoseconds) / 1e6) % HOUR_MS !== 0;
}
