/**
 * The standing document of a page in local mode, in the form of the server extension's. Loaded on first use, as the calendar is.
 */

import { ratioOf, subtractDecimals } from '../record/decimal';
import type { LimitRule } from '../limits/limits';
import type {
  Alert,
  Problem,
  Scope,
  Standing,
  StandingDocument,
  Totals,
  Unit
} from '../record/standing';
import { levelOf } from '../record/standing';
import { SUBJECT_FIELDS } from '../record/tables';
import type { Bounds } from '../limits/windows';
import { windowBounds } from '../limits/windows';
import { crossingsOf } from './alerts';
import type { Rollup, RollupKey } from './rollup';
import { added, rollupOf } from './rollup';
import type { LocalTotals } from './local-totals';
import { callsOf, rollupsOf } from './local-totals';

/** The field that names a limit's subject; a page counts for one user, who needs no name. */
const SUBJECTS: Readonly<Record<Exclude<Scope, 'user'>, keyof RollupKey>> = SUBJECT_FIELDS;

/** In local mode nothing checks a call before it is sent, so a limit that blocks can only warn. */
const LOCAL_ON_EXCEED = 'warn';

type RuleStanding = Standing & { readonly limit: LimitRule };

/** The moment and the limits for which a document is built. */
export interface Moment {
  readonly limits: readonly LimitRule[];
  /** Milliseconds since 1970. */
  readonly now: number;
  /** IANA zone of today and this month while there is no limit. */
  readonly timeZone: string;
  readonly problems: readonly Problem[];
  /** Grows with each document. */
  readonly seq: number;
}

/**
 * Builds the standing document.
 *
 * @param totals - what all tabs have counted.
 * @param moment - the moment and the limits.
 * @returns the document.
 */
export function standingOf(totals: LocalTotals, moment: Moment): StandingDocument {
  const { limits, now, problems, seq } = moment;
  const rollups = [...rollupsOf(totals), ...callsOf(totals).map(rollupOf)];
  const standings = limits.flatMap(limit => standingsOf(limit, rollups, now));
  const timeZone = limits.length > 0 ? limits[0].timeZone : moment.timeZone;
  const rule = { timeZone, weekStart: 'monday', resetHour: 0 } as const;
  return {
    seq,
    isDegraded: problems.length > 0,
    problems,
    standings,
    moreStandings: 0,
    alerts: alertsOf(standings, rollups, totals),
    runaways: [],
    today: totalsOf(within(rollups, windowBounds({ ...rule, window: 'day' }, now))),
    month: totalsOf(within(rollups, windowBounds({ ...rule, window: 'month' }, now))),
    unmetered: [],
    callIds: []
  };
}

function standingsOf(
  limit: LimitRule,
  rollups: readonly Rollup[],
  now: number
): readonly RuleStanding[] {
  const bounds = windowBounds(limit, now);
  const current = within(rollups, bounds);
  const subjects = subjectsOf(limit, current);
  return subjects.map(subject => {
    const used = amountOf(sumOf(ofSubject(limit, subject, current)), limit.unit);
    const remaining = subtractDecimals(limit.amount, used);
    const ratio = ratioOf(used, limit.amount);
    return {
      limit,
      subject,
      windowStart: new Date(bounds.start).toISOString(),
      resetsAt: bounds.end === undefined ? undefined : new Date(bounds.end).toISOString(),
      used,
      reserved: '0',
      remaining: remaining.startsWith('-') ? '0' : remaining,
      ratio,
      level: levelOf(ratio, { ...limit, onExceed: LOCAL_ON_EXCEED }),
      amount: limit.amount
    };
  });
}

/** Lists the subjects of a limit: the one that it names, even with nothing used, else each that used something. */
function subjectsOf(
  { scope, value }: LimitRule,
  rollups: readonly Rollup[]
): readonly (string | undefined)[] {
  if (scope === 'user' || value !== undefined) {
    return [value];
  }
  const field = SUBJECTS[scope];
  const named = rollups.flatMap(({ series }) => series[field] ?? []);
  return [...new Set(named)].sort();
}

function ofSubject(
  { scope }: LimitRule,
  subject: string | undefined,
  rollups: readonly Rollup[]
): readonly Rollup[] {
  return scope === 'user'
    ? rollups
    : rollups.filter(({ series }) => series[SUBJECTS[scope]] === subject);
}

function alertsOf(
  standings: readonly RuleStanding[],
  rollups: readonly Rollup[],
  totals: LocalTotals
): readonly Alert[] {
  return standings.flatMap(standing =>
    crossingsOf(standing)
      .filter(({ id }) => totals.alerts.get(id)?.isAcknowledged !== true)
      .map(crossing => ({ ...crossing, topNotebook: topNotebookOf(standing, rollups) }))
  );
}

/** The notebook in which the subject used most of the limit's unit in the window. */
function topNotebookOf(standing: RuleStanding, rollups: readonly Rollup[]): string | undefined {
  const { limit, subject, windowStart, resetsAt } = standing;
  const bounds = {
    start: Date.parse(windowStart ?? ''),
    end: resetsAt === undefined ? undefined : Date.parse(resetsAt)
  };
  const used = new Map<string, number>();
  for (const rollup of ofSubject(limit, subject, within(rollups, bounds))) {
    const path = rollup.series.notebook_path;
    if (path !== undefined) {
      used.set(path, (used.get(path) ?? 0) + Number(amountOf(rollup, limit.unit)));
    }
  }
  const [top] = [...used].sort(([, a], [, b]) => b - a);
  return top?.[0];
}

function within(rollups: readonly Rollup[], { start, end }: Bounds): readonly Rollup[] {
  return rollups.filter(({ quarter }) => quarter >= start && (end === undefined || quarter < end));
}

function sumOf(rollups: readonly Rollup[]): Rollup | undefined {
  return rollups.length === 0 ? undefined : rollups.reduce(added);
}

function amountOf(sum: Rollup | undefined, unit: Unit): string {
  if (sum === undefined) {
    return '0';
  }
  switch (unit) {
    case 'tokens':
      return String(sum.input_tokens + sum.output_tokens);
    case 'USD':
      return sum.cost;
    case 'calls':
      return String(sum.calls);
  }
}

function totalsOf(rollups: readonly Rollup[]): Totals {
  const sum = sumOf(rollups);
  return {
    calls: sum?.calls ?? 0,
    inputTokens: sum?.input_tokens ?? 0,
    outputTokens: sum?.output_tokens ?? 0,
    ...(sum !== undefined && sum.priced_calls > 0 && { cost: sum.cost }),
    unpricedCalls: sum?.unpriced_calls ?? 0,
    missingCalls: sum?.missing_calls ?? 0
  };
}
