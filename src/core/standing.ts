/**
 * The standing document: where every limit is now, as REST and the Jupyter event carry it.
 *
 * Owns its shape and its reading from the wire; refuses a document that does not keep the contract in
 * docs/architecture.md. Amounts are decimal strings, unknown figures are absent.
 */

import { readNumber, readText, Shape } from './shape';

export const SCOPES = [
  'user',
  'team',
  'key',
  'project',
  'notebook',
  'kernel',
  'model',
  'provider'
] as const;
export const WINDOWS = ['hour', 'day', 'week', 'month', 'total'] as const;
export const UNITS = ['tokens', 'USD', 'calls'] as const;
export const LEVELS = ['ok', 'warning', 'exceeded'] as const;

export type Scope = (typeof SCOPES)[number];
export type WindowName = (typeof WINDOWS)[number];
export type Unit = (typeof UNITS)[number];
export type Level = (typeof LEVELS)[number];

export interface Limit {
  readonly id: string;
  readonly scope: Scope;
  readonly value?: string;
  readonly window: WindowName;
  readonly unit: Unit;
  readonly amount: string;
  /** Ratios in (0, 1) at which to warn. */
  readonly warnAt: readonly number[];
  /** IANA name; absent means the server's own. */
  readonly timeZone?: string;
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
}

export interface Alert {
  readonly id: string;
  readonly limitId: string;
  readonly subject?: string;
  readonly threshold: number;
  readonly kind: 'warning' | 'exceeded';
  readonly resetsAt?: string;
  readonly used: string;
  readonly amount: string;
  readonly unit: Unit;
  readonly topNotebook?: string;
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
  readonly alerts: readonly Alert[];
  readonly today: Totals;
  readonly month: Totals;
  readonly unmetered: readonly Unmetered[];
  /** Calls committed since the event before; empty in an answer of REST. */
  readonly callIds: readonly string[];
}

/**
 * Reads a standing document.
 *
 * @param value - the body of `GET standing`, or the data of a standing event.
 * @returns the document.
 * @throws {ShapeError} when it does not keep the contract; the message names the place.
 */
export function parseStanding(value: unknown): StandingDocument {
  const shape = new Shape(value, 'standing');
  const state = shape.object('state');
  return {
    seq: shape.count('seq'),
    isDegraded: state.choice('level', ['ok', 'degraded']) === 'degraded',
    problems: state.list('problems', readProblem),
    standings: shape.list('standings', readStanding),
    alerts: shape.list('alerts', readAlert),
    today: readTotals(shape.object('today')),
    month: readTotals(shape.object('month')),
    unmetered: shape.list('unmetered', readUnmetered),
    callIds: shape.get('call_ids') === undefined ? [] : shape.list('call_ids', readText)
  };
}

/** The level to which a ratio of used to amount brings a limit. */
export function levelOf(ratio: number, limit: Limit): Level {
  if (ratio >= 1) {
    return 'exceeded';
  }
  return limit.warnAt.some(threshold => ratio >= threshold) ? 'warning' : 'ok';
}

function readStanding(value: unknown, path: string): Standing {
  const shape = new Shape(value, path);
  return {
    limit: readLimit(shape.object('limit')),
    subject: shape.optionalText('subject'),
    windowStart: shape.optionalText('window_start'),
    resetsAt: shape.optionalText('resets_at'),
    used: shape.decimal('used'),
    reserved: shape.decimal('reserved'),
    remaining: shape.decimal('remaining'),
    ratio: shape.number('ratio'),
    level: shape.choice('level', LEVELS)
  };
}

function readLimit(shape: Shape): Limit {
  return {
    id: shape.text('id'),
    scope: shape.choice('scope', SCOPES),
    value: shape.optionalText('value'),
    window: shape.choice('window', WINDOWS),
    unit: shape.choice('unit', UNITS),
    amount: readAmount(shape),
    warnAt: shape.list('warn_at', readNumber),
    timeZone: shape.optionalText('time_zone')
  };
}

/** A limit is written with a plain number by people and with a decimal string by the service. */
function readAmount(shape: Shape): string {
  const value = shape.get('amount');
  return typeof value === 'number' ? String(shape.number('amount')) : shape.decimal('amount');
}

function readAlert(value: unknown, path: string): Alert {
  const shape = new Shape(value, path);
  return {
    id: shape.text('id'),
    limitId: shape.text('limit_id'),
    subject: shape.optionalText('subject'),
    threshold: shape.number('threshold'),
    kind: shape.choice('kind', ['warning', 'exceeded']),
    resetsAt: shape.optionalText('resets_at'),
    used: shape.decimal('used'),
    amount: readAmount(shape),
    unit: shape.choice('unit', UNITS),
    topNotebook: shape.optionalText('top_notebook')
  };
}

function readTotals(shape: Shape): Totals {
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
  const shape = new Shape(value, path);
  return { code: shape.text('code'), message: shape.text('message') };
}

function readUnmetered(value: unknown, path: string): Unmetered {
  const shape = new Shape(value, path);
  return {
    kernelId: shape.text('kernel_id'),
    name: shape.optionalText('name'),
    path: shape.optionalText('path'),
    reason: shape.text('reason')
  };
}
