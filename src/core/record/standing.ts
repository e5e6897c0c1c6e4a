/**
 * The standing document: where every limit is now, as REST and the Jupyter event have it.
 *
 * Amounts are decimal strings, unknown figures are absent. `standing-reader.ts` reads it off the wire.
 */

import type { Explanation } from './explanation';
import type * as Wire from './wire';

/*
 * What this page understands, each a part of the contract or all of it. A word that a later server sends is not an error where
 * a reader says so.
 */
/** What a limit can be about. */
export const SCOPES = [
  'user',
  'team',
  'key',
  'project',
  'notebook',
  'kernel',
  'model',
  'provider'
] as const satisfies readonly Wire.Limit['scope'][];
/** The windows of limits. */
export const WINDOWS = [
  'hour',
  'day',
  'week',
  'month',
  'total'
] as const satisfies readonly Wire.Limit['window'][];
/** The units of limits. */
export const UNITS = ['tokens', 'USD', 'calls'] as const satisfies readonly Wire.Unit[];
/** The levels of limits, the mildest first. */
export const LEVELS = [
  'ok',
  'warning',
  'exceeded',
  'blocked'
] as const satisfies readonly Wire.Standing['level'][];
/** What can happen at the amount of a limit. */
export const ON_EXCEED = ['warn', 'block'] as const satisfies readonly Wire.Limit['on_exceed'][];
/** The kinds of alerts. */
export const ALERT_KINDS = [
  'warning',
  'exceeded',
  'blocked'
] as const satisfies readonly Wire.Alert['kind'][];

/** The days of the week, Monday first. */
export const WEEKDAYS = [
  'monday',
  'tuesday',
  'wednesday',
  'thursday',
  'friday',
  'saturday',
  'sunday'
] as const satisfies readonly Wire.Limit['week_start'][];

/** One of `WEEKDAYS`. */
export type Weekday = (typeof WEEKDAYS)[number];
/** What can distinguish limits besides scope, subject and window. */
export const NAME_PARTS = [
  'time_zone',
  'week_start',
  'reset_hour',
  'own'
] as const satisfies readonly NonNullable<Wire.Limit['named_by']>[number][];

/** One of `NAME_PARTS`. */
export type NamePart = (typeof NAME_PARTS)[number];
/** One of `SCOPES`. */
export type Scope = Wire.Limit['scope'];
/** One of `WINDOWS`. */
export type WindowName = Wire.Limit['window'];
/** One of `UNITS`. */
export type Unit = Wire.Unit;
/** One of `LEVELS`. */
export type Level = Wire.Standing['level'];
/** What happens at the amount: a warning, or the refusal of a call that could go over it. */
export type OnExceed = Wire.Limit['on_exceed'];
/** One of `ALERT_KINDS`. */
export type AlertKind = Wire.Alert['kind'];

/** A limit as it was set. */
export interface Limit {
  readonly id: string;
  readonly scope: Scope;
  readonly value?: string;
  readonly window: WindowName;
  readonly unit: Unit;
  /** The amount as it was set; the standing has the amount in force, raises included. */
  readonly amount: string;
  /** Ratios in (0, 1) at which to warn. */
  readonly warnAt: readonly number[];
  readonly onExceed: OnExceed;
  /**
   * What becomes of calls of models without a known price: `allow`, `block`, or a decimal string, the US dollars per million
   * tokens at which they count. Absent unless the unit is USD.
   */
  readonly unpriced?: string;
  /** Where it was set: `default`, `settings`, or `config`, which is the administrator's. */
  readonly source?: string;
  /** IANA name; absent means the server's own. */
  readonly timeZone?: string;
  readonly weekStart?: Weekday;
  /** Local hour at which days, weeks and months begin. */
  readonly resetHour?: number;
  /** What its name says because another limit in force differs in it. */
  readonly namedBy?: readonly NamePart[];
}

/** What a limit will have used at this pace. */
export interface Forecast {
  /** The share of the amount that is used when the window ends; absent for a total, whose window never ends. */
  readonly ratio?: number;
  /** When the amount is reached; absent when the window ends before. */
  readonly reachedAt?: string;
}

/** Where a limit is now, for one subject. */
export interface Standing {
  readonly limit: Limit;
  readonly subject?: string;
  readonly windowStart?: string;
  /** Absent for a total, which never resets. */
  readonly resetsAt?: string;
  readonly used: string;
  readonly reserved: string;
  readonly remaining: string;
  readonly ratio: number;
  readonly level: Level;
  /** The amount in force, raises included. */
  readonly amount: string;
  /** The sum of the raises in force; absent when there are none. */
  readonly raised?: string;
  /** Whether this user may raise it; absent in local mode, where raises do not exist. */
  readonly canRaise?: boolean;
  /** By how much calls under way may go over a blocking limit, because their worst case is unknown. */
  readonly softBy?: string;
  /** Of a limit in USD, the calls of models without a known price in this window; absent when there is none. */
  readonly unpricedCalls?: number;
  /** Absent where there is too little history, or the window never ends. */
  readonly forecast?: Forecast;
}

/** A threshold that a limit has reached, or a refused call. */
export interface Alert {
  readonly id: string;
  readonly limitId: string;
  readonly subject?: string;
  readonly threshold: number;
  readonly kind: AlertKind;
  readonly resetsAt?: string;
  readonly used: string;
  readonly amount: string;
  readonly unit: Unit;
  readonly topNotebook?: string;
  /** The id of the cell of that notebook that used most of the limit. */
  readonly topCell?: string;
  /** What the refused call needed at most; only with `blocked`. */
  readonly needed?: string;
  /** What calls under way held when it was refused; only with `blocked`. */
  readonly reserved?: string;
  /** The model without a known price, where the call was refused for want of one; only with `blocked`. */
  readonly unpricedModel?: string;
}

/** A kernel that spent far more in its last minute than its user usually does. */
export interface Runaway {
  readonly id: string;
  readonly kernelId: string;
  readonly notebookPath?: string;
  readonly callsPerMinute: number;
  readonly usualCallsPerMinute?: number;
  /** USD; absent when no call was priced. */
  readonly costPerMinute?: string;
  readonly usualCostPerMinute?: string;
}

/** The sums of some calls. */
export interface Totals {
  readonly calls: number;
  readonly inputTokens: number;
  readonly outputTokens: number;
  /** USD; absent when no call was priced. */
  readonly cost?: string;
  readonly unpricedCalls: number;
  readonly missingCalls: number;
}

/** A reason why metering is not complete. */
export interface Problem {
  readonly code: string;
  /** What happened and what to do: in English, or in the user's language where this page found the problem. */
  readonly message: string;
  /** The message as a code with values; absent where this page has said it in the user's language already. */
  readonly explanation?: Explanation;
}

/** Whose calls a service records when a call does not say. */
export interface Owner {
  readonly user: string;
  readonly team?: string;
  /** What the server's environment names for all calls. */
  readonly project?: string;
}

/** A kernel whose calls are not metered. */
export interface Unmetered {
  readonly kernelId: string;
  readonly name?: string;
  /** Of the document that it runs. */
  readonly path?: string;
  /** What people call it where it runs none. */
  readonly label?: string;
  readonly reason: string;
}

/** A currency that an administrator has set beside the dollar. */
export interface Currency {
  /** Of ISO 4217. */
  readonly code: string;
  /** What one dollar costs; a decimal string. */
  readonly perUsd: string;
  /** The day of the rate, as `2026-11-01`. */
  readonly asOf: string;
}

/** All standings, alerts, problems and totals at one moment. */
export interface StandingDocument {
  readonly seq: number;
  readonly isDegraded: boolean;
  readonly problems: readonly Problem[];
  readonly standings: readonly Standing[];
  /** How many standings are left out; they are further from their amounts. */
  readonly moreStandings: number;
  readonly alerts: readonly Alert[];
  readonly runaways: readonly Runaway[];
  /** Absent, as is `month`, until the service has read the ledger for the first time. */
  readonly today?: Totals;
  readonly month?: Totals;
  readonly unmetered: readonly Unmetered[];
  /** Calls committed since the event before; empty in an answer of REST. */
  readonly callIds: readonly string[];
  /** Whose calls the server extension records; absent in local mode. */
  readonly owner?: Owner;
  /** What is shown beside dollars; absent where none is set. */
  readonly currency?: Currency;
  /** The version of the server extension; absent when it is older than 0.1. */
  readonly version?: string;
}

/**
 * The level of a limit.
 *
 * @param ratio - used to amount.
 * @param limit - the limit.
 * @returns the level.
 */
export function levelOf(ratio: number, limit: Limit): Level {
  if (ratio >= 1) {
    return limit.onExceed === 'block' ? 'blocked' : 'exceeded';
  }
  return limit.warnAt.some(threshold => ratio >= threshold) ? 'warning' : 'ok';
}
