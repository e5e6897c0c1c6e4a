/**
 * The period that the dashboard shows, and the steps into which its trend is cut.
 *
 * A period's name becomes instants in the reader's calendar, and groups under which the server sums up. The time now is an
 * argument. Loaded with the dashboard, on first use.
 */

import { Temporal } from 'temporal-polyfill';

/** The periods that can be chosen. */
export const PERIODS = ['today', 'days7', 'days30', 'month', 'months12', 'custom'] as const;
/** The steps into which a period can be cut. */
export const STEPS = ['hour', 'day', 'week', 'month'] as const;

/** One of `PERIODS`. */
export type PeriodName = (typeof PERIODS)[number];
/** One bar of the trend. */
export type Step = (typeof STEPS)[number];

/** A chosen period. */
export interface Period {
  readonly name: PeriodName;
  /** The first day, as `2026-11-25`; only with `custom`. */
  readonly first?: string;
  /** The last day, included; only with `custom`. */
  readonly last?: string;
}

/** An interval of instants: RFC 3339, the end not included. */
export interface Span {
  readonly from: string;
  readonly to: string;
  /** The IANA zone whose calendar cuts it into steps. */
  readonly timeZone: string;
}

/** One step of a span. */
export interface Bucket extends Span {
  /** The group under which the server sums it up. */
  readonly key: string;
}

/** The most bars that can be distinguished and pointed at. */
const MOST_BUCKETS = 200;

/** The fewest bars that a default step should give. */
const FEWEST_BUCKETS = 7;

/**
 * The instants of a period. It ends with a whole day or month, so that the frame of the chart does not move.
 *
 * @param now - milliseconds since 1970.
 * @param timeZone - the IANA zone of the reader.
 */
export function spanOf(period: Period, now: number, timeZone: string): Span {
  const today = Temporal.Instant.fromEpochMilliseconds(now)
    .toZonedDateTimeISO(timeZone)
    .toPlainDate();
  const [first, end] = daysOf(period, today);
  return { from: startOf(first, timeZone), to: startOf(end, timeZone), timeZone };
}

/** The custom period that shows the same days as a span. */
export function customPeriod({ from, to, timeZone }: Span): Period {
  const last = Temporal.Instant.from(to).subtract({ milliseconds: 1 });
  return {
    name: 'custom',
    first: dateIn(Temporal.Instant.from(from), timeZone).toString(),
    last: dateIn(last, timeZone).toString()
  };
}

/** Whether a text is a day, as `2026-11-25`. */
export function isDay(text: unknown): text is string {
  if (typeof text !== 'string' || !/^\d{4}-\d\d-\d\d$/.test(text)) {
    return false;
  }
  return !Number.isNaN(Date.parse(text));
}

/** Lists the steps that cut a span into a readable number of bars; at least one. */
export function stepsFor(span: Span): readonly Step[] {
  const fitting = STEPS.filter(step => {
    const count = roughCount(span, step);
    return count <= MOST_BUCKETS && count >= 2;
  });
  return fitting.length > 0 ? fitting : ['month'];
}

/** The step to show: the chosen one where it fits, else the coarsest with enough bars. */
export function chooseStep(span: Span, wished?: Step): Step {
  const steps = stepsFor(span);
  if (wished !== undefined && steps.includes(wished)) {
    return wished;
  }
  return steps.findLast(step => roughCount(span, step) >= FEWEST_BUCKETS) ?? steps[0];
}

/** Lists every step of a span in order, those without calls included. */
export function bucketsOf(span: Span, step: Step): readonly Bucket[] {
  const { timeZone } = span;
  const end = Temporal.Instant.from(span.to).epochMilliseconds;
  const buckets: Bucket[] = [];
  let at = firstOf(Temporal.Instant.from(span.from).toZonedDateTimeISO(timeZone), step);
  while (at.epochMilliseconds < end) {
    const next = at.add(ONE[step]);
    const inside = cut(at.toInstant().toString(), next.toInstant().toString(), span);
    buckets.push({ key: keyOf(at, step), timeZone, ...inside });
    at = next;
  }
  return buckets;
}

const ONE: Readonly<Record<Step, Temporal.DurationLike>> = {
  hour: { hours: 1 },
  day: { days: 1 },
  week: { weeks: 1 },
  month: { months: 1 }
};

const HOURS: Readonly<Record<Step, number>> = { hour: 1, day: 24, week: 168, month: 730 };

function roughCount({ from, to }: Span, step: Step): number {
  const hours = (Date.parse(to) - Date.parse(from)) / 3_600_000;
  return Math.round(hours / HOURS[step]);
}

function daysOf(
  { name, first, last }: Period,
  today: Temporal.PlainDate
): [Temporal.PlainDate, Temporal.PlainDate] {
  const tomorrow = today.add({ days: 1 });
  const month = today.with({ day: 1 });
  switch (name) {
    case 'today':
      return [today, tomorrow];
    case 'days7':
      return [tomorrow.subtract({ days: 7 }), tomorrow];
    case 'days30':
      return [tomorrow.subtract({ days: 30 }), tomorrow];
    case 'month':
      return [month, month.add({ months: 1 })];
    case 'months12':
      return [month.subtract({ months: 11 }), month.add({ months: 1 })];
    case 'custom': {
      const days = [first, last].map(day => (isDay(day) ? Temporal.PlainDate.from(day) : today));
      const [from, until] = days.sort((a, b) => Temporal.PlainDate.compare(a, b));
      return [from, until.add({ days: 1 })];
    }
  }
}

function startOf(date: Temporal.PlainDate, timeZone: string): string {
  return date.toZonedDateTime(timeZone).toInstant().toString();
}

function dateIn(at: Temporal.Instant, timeZone: string): Temporal.PlainDate {
  return at.toZonedDateTimeISO(timeZone).toPlainDate();
}

function firstOf(at: Temporal.ZonedDateTime, step: Step): Temporal.ZonedDateTime {
  switch (step) {
    case 'hour':
      return at.round({ smallestUnit: 'hour', roundingMode: 'floor' });
    case 'day':
      return at.startOfDay();
    case 'week':
      return at.subtract({ days: at.dayOfWeek - 1 }).startOfDay();
    case 'month':
      return at.with({ day: 1 }).startOfDay();
  }
}

/** The group of a time, as the server writes it. */
function keyOf(at: Temporal.ZonedDateTime, step: Step): string {
  const day = at.toPlainDate().toString();
  switch (step) {
    case 'hour': {
      const hour = String(at.hour).padStart(2, '0');
      return `${day}T${hour}:00:00${at.offset.replace(':', '')}`;
    }
    case 'day':
    case 'week':
      return day;
    case 'month':
      return day.slice(0, 7);
  }
}

/** The first and the last step may lie only partly in the span. */
function cut(from: string, to: string, span: Span): Pick<Span, 'from' | 'to'> {
  return {
    from: Date.parse(from) < Date.parse(span.from) ? span.from : from,
    to: Date.parse(to) > Date.parse(span.to) ? span.to : to
  };
}
