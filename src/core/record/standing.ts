/**
 * The standing document: where every limit is now, as REST and the Jupyter event carry it.
 *
 * Owns its shape and its reading from the wire; refuses a document that does not keep the contract in
 * docs/architecture.md. Amounts are decimal strings, unknown figures are absent.
 */

import { readNumber, readText, Shape } from './shape';
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
  /** Of the server part; absent when it is older than 0.1. */
  readonly version?: string;
}

/**
 * Reads a standing document.
 *
 * @param value - the body of `GET standing`, or the data of a standing event.
 * @returns the document.
 * @throws {ShapeError} when it does not keep the contract; the message names the place.
 */
export function parseStanding(value: unknown): StandingDocument {
  const shape = new Shape<Wire.StandingDocument>(value, 'standing');
  const state = shape.object('state');
  return {
    seq: shape.count('seq'),
    isDegraded: state.choice('level', ['ok', 'degraded']) === 'degraded',
    problems: state.list('problems', readProblem),
    standings: shape.list('standings', readStanding),
    moreStandings: shape.optionalCount('more_standings') ?? 0,
    alerts: shape.list('alerts', readAlert),
    runaways: shape.optionalList('runaways', readRunaway),
    today: shape.optionalObject('today', readTotals),
    month: shape.optionalObject('month', readTotals),
    unmetered: shape.list('unmetered', readUnmetered),
    callIds: shape.optionalList('call_ids', readText),
    version: shape.optionalText('version')
  };
}

/** The level to which a ratio of used to amount brings a limit. */
export function levelOf(ratio: number, limit: Limit): Level {
  if (ratio >= 1) {
    return limit.onExceed === 'block' ? 'blocked' : 'exceeded';
  }
  return limit.warnAt.some(threshold => ratio >= threshold) ? 'warning' : 'ok';
}

function readStanding(value: unknown, path: string): Standing {
  const shape = new Shape<Wire.Standing>(value, path);
  const limit = readLimit(shape.object('limit'));
  const ratio = shape.number('ratio');
  return {
    limit,
    subject: shape.optionalText('subject'),
    windowStart: shape.optionalText('window_start'),
    resetsAt: shape.optionalText('resets_at'),
    used: shape.decimal('used'),
    reserved: shape.decimal('reserved'),
    remaining: shape.decimal('remaining'),
    ratio,
    // A level that a later version knows is told by what is used.
    level: known(shape.text('level'), LEVELS) ?? levelOf(ratio, limit),
    amount: shape.decimal('amount'),
    raised: shape.optionalDecimal('raised'),
    canRaise: shape.optionalFlag('can_raise'),
    softBy: shape.optionalDecimal('soft_by'),
    forecast: shape.optionalObject('forecast', readForecast)
  };
}

function readForecast(shape: Shape<Wire.Forecast>): Forecast {
  return {
    ratio: shape.optionalNumber('ratio'),
    reachedAt: shape.optionalText('reached_at')
  };
}

function readLimit(shape: Shape<Wire.Limit>): Limit {
  return {
    id: shape.text('id'),
    scope: shape.choice('scope', SCOPES),
    value: shape.optionalText('value'),
    window: shape.choice('window', WINDOWS),
    unit: shape.choice('unit', UNITS),
    amount: String(shape.number('amount')),
    warnAt: shape.list('warn_at', readNumber),
    onExceed: known(shape.optionalText('on_exceed'), ON_EXCEED) ?? 'warn',
    source: shape.optionalText('source'),
    timeZone: shape.optionalText('time_zone')
  };
}

function readAlert(value: unknown, path: string): Alert {
  const shape = new Shape<Wire.Alert>(value, path);
  const threshold = shape.number('threshold');
  return {
    id: shape.text('id'),
    limitId: shape.text('limit_id'),
    subject: shape.optionalText('subject'),
    threshold,
    // A kind that a later version knows is told as what its threshold says.
    kind: known(shape.text('kind'), ALERT_KINDS) ?? (threshold >= 1 ? 'exceeded' : 'warning'),
    resetsAt: shape.optionalText('resets_at'),
    used: shape.decimal('used'),
    amount: shape.decimal('amount'),
    unit: shape.choice('unit', UNITS),
    topNotebook: shape.optionalText('top_notebook'),
    needed: shape.optionalDecimal('needed'),
    reserved: shape.optionalDecimal('reserved')
  };
}

function readRunaway(value: unknown, path: string): Runaway {
  const shape = new Shape<Wire.Runaway>(value, path);
  return {
    id: shape.text('id'),
    kernelId: shape.text('kernel_id'),
    notebookPath: shape.optionalText('notebook_path'),
    callsPerMinute: shape.number('calls_per_minute'),
    usualCallsPerMinute: shape.optionalNumber('usual_calls_per_minute'),
    costPerMinute: shape.optionalDecimal('cost_per_minute'),
    usualCostPerMinute: shape.optionalDecimal('usual_cost_per_minute')
  };
}

/** A word, where this version knows it. */
function known<T extends string>(word: string | undefined, words: readonly T[]): T | undefined {
  return words.find(candidate => candidate === word);
}

/** Reads the sums that an answer holds beside its other members; @throws {ShapeError} when one is missing or no count. */
export function readTotals(shape: Shape<Wire.Summary>): Totals {
  return {
    calls: shape.count('calls'),
    inputTokens: shape.count('input_tokens'),
    outputTokens: shape.count('output_tokens'),
    cost: shape.optionalDecimal('cost'),
    unpricedCalls: shape.count('unpriced_calls'),
    missingCalls: shape.count('missing_calls')
  };
}

function readProblem(value: unknown, path: string): Problem {
  const shape = new Shape<Wire.Problem>(value, path);
  return { code: shape.text('code'), message: shape.text('message') };
}

function readUnmetered(value: unknown, path: string): Unmetered {
  const shape = new Shape<Wire.Unmetered>(value, path);
  return {
    kernelId: shape.text('kernel_id'),
    name: shape.optionalText('name'),
    path: shape.optionalText('path'),
    reason: shape.text('reason')
  };
}
