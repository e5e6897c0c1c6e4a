/**
 * The standing document: where every limit is now, as REST and the Jupyter event carry it.
 *
 * Amounts are decimal strings, unknown figures are absent. `standing-reader.ts` reads it off the wire.
 */

import type * as Wire from './wire';

/*
 * What this page understands, each a part of the contract or all of it. A word that a later server sends is not an error where
 * a reader says so.
 */
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
export const WINDOWS = [
  'hour',
  'day',
  'week',
  'month',
  'total'
] as const satisfies readonly Wire.Limit['window'][];
export const UNITS = ['tokens', 'USD', 'calls'] as const satisfies readonly Wire.Unit[];
export const LEVELS = [
  'ok',
  'warning',
  'exceeded',
  'blocked'
] as const satisfies readonly Wire.Standing['level'][];
export const ON_EXCEED = ['warn', 'block'] as const satisfies readonly Wire.Limit['on_exceed'][];
export const ALERT_KINDS = [
  'warning',
  'exceeded',
  'blocked'
] as const satisfies readonly Wire.Alert['kind'][];

export type Scope = Wire.Limit['scope'];
export type WindowName = Wire.Limit['window'];
export type Unit = Wire.Unit;
export type Level = Wire.Standing['level'];
/** What happens at the amount: a warning, or the call that would pass it is refused. */
export type OnExceed = Wire.Limit['on_exceed'];
export type AlertKind = Wire.Alert['kind'];

export interface Limit {
  readonly id: string;
  readonly scope: Scope;
  readonly value?: string;
  readonly window: WindowName;
  readonly unit: Unit;
  /** As it was set; what is in force, raises included, is the standing's. */
  readonly amount: string;
  /** Ratios in (0, 1) at which to warn. */
  readonly warnAt: readonly number[];
  readonly onExceed: OnExceed;
  /** Where it was set: `default`, `settings` or `config`, the last being the administrator's. */
  readonly source?: string;
  /** IANA name; absent means the server's own. */
  readonly timeZone?: string;
}

/** Where a limit is heading at this pace. */
export interface Forecast {
  /** What will be used of the amount when the window ends; absent for a total, which never does. */
  readonly ratio?: number;
  /** When the amount is reached; absent when it is not, before the window ends. */
  readonly reachedAt?: string;
}

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
  /** By how much calls under way may go over a blocking limit, their worst case being unknown. */
  readonly softBy?: string;
  /** Absent where the past says too little or the window never ends. */
  readonly forecast?: Forecast;
}

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
  /** What the refused call needed at most; only with `blocked`. */
  readonly needed?: string;
  /** What calls under way held when it was refused; only with `blocked`. */
  readonly reserved?: string;
}

/** A kernel whose last minute is far above its user's habit. */
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

export interface Totals {
  readonly calls: number;
  readonly inputTokens: number;
  readonly outputTokens: number;
  /** USD; absent when no call was priced. */
  readonly cost?: string;
  readonly unpricedCalls: number;
  readonly missingCalls: number;
}

export interface Problem {
  readonly code: string;
  readonly message: string;
}

export interface Unmetered {
  readonly kernelId: string;
  readonly name?: string;
  readonly path?: string;
  readonly reason: string;
}

export interface StandingDocument {
  readonly seq: number;
  readonly isDegraded: boolean;
  readonly problems: readonly Problem[];
  readonly standings: readonly Standing[];
  /** How many standings there are besides, further from their amounts. */
  readonly moreStandings: number;
  readonly alerts: readonly Alert[];
  readonly runaways: readonly Runaway[];
  /** Absent while the ledger could not be read since the service began, as is `month`. */
  readonly today?: Totals;
  readonly month?: Totals;
  readonly unmetered: readonly Unmetered[];
  /** Calls committed since the event before; empty in an answer of REST. */
  readonly callIds: readonly string[];
  /** Of the server extension; absent when it is older than 0.1. */
  readonly version?: string;
}

/** The level to which a ratio of used to amount brings a limit. */
export function levelOf(ratio: number, limit: Limit): Level {
  if (ratio >= 1) {
    return limit.onExceed === 'block' ? 'blocked' : 'exceeded';
  }
  return limit.warnAt.some(threshold => ratio >= threshold) ? 'warning' : 'ok';
}
