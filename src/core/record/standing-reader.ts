/**
 * Reads the standing document off the wire; a document that breaks the contract raises a `ShapeError`.
 */

import { readExplanation } from './explanation';
import { readNumber, readText, Shape } from './shape';
import type {
  Alert,
  Currency,
  Forecast,
  Limit,
  Owner,
  Problem,
  Runaway,
  Standing,
  StandingDocument,
  Totals,
  Unmetered
} from './standing';
import {
  ALERT_KINDS,
  LEVELS,
  levelOf,
  NAME_PARTS,
  ON_EXCEED,
  SCOPES,
  UNITS,
  WEEKDAYS,
  WINDOWS
} from './standing';
import type * as Wire from './wire';

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
    version: shape.optionalText('version'),
    owner: shape.optionalObject('owner', readOwner),
    currency: shape.optionalObject('currency', readCurrency)
  };
}

function readCurrency(shape: Shape<Wire.Currency>): Currency {
  return {
    code: shape.text('code'),
    perUsd: shape.decimal('per_usd'),
    asOf: shape.text('as_of')
  };
}

function readOwner(shape: Shape<Wire.Owner>): Owner {
  return {
    user: shape.text('user'),
    team: shape.optionalText('team'),
    project: shape.optionalText('project')
  };
}

/** Reads one standing. */
export function readStanding(value: unknown, path: string): Standing {
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
    // The level of a later version is replaced by the one that follows from what is used.
    level: known(shape.text('level'), LEVELS) ?? levelOf(ratio, limit),
    amount: shape.decimal('amount'),
    raised: shape.optionalDecimal('raised'),
    canRaise: shape.optionalFlag('can_raise'),
    softBy: shape.optionalDecimal('soft_by'),
    unpricedCalls: shape.optionalCount('unpriced_calls'),
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
    unpriced: shape.optionalText('unpriced'),
    source: shape.optionalText('source'),
    timeZone: shape.optionalText('time_zone'),
    weekStart: known(shape.optionalText('week_start'), WEEKDAYS),
    resetHour: shape.optionalCount('reset_hour'),
    // A part that only a later version knows is left out.
    namedBy: shape
      .optionalList('named_by', readText)
      .map(part => known(part, NAME_PARTS))
      .filter(part => part !== undefined)
  };
}

/** Reads one alert. */
export function readAlert(value: unknown, path: string): Alert {
  const shape = new Shape<Wire.Alert>(value, path);
  const threshold = shape.number('threshold');
  return {
    id: shape.text('id'),
    limitId: shape.text('limit_id'),
    subject: shape.optionalText('subject'),
    threshold,
    // The kind of a later version is replaced by the one that follows from its threshold.
    kind: known(shape.text('kind'), ALERT_KINDS) ?? (threshold >= 1 ? 'exceeded' : 'warning'),
    resetsAt: shape.optionalText('resets_at'),
    used: shape.decimal('used'),
    amount: shape.decimal('amount'),
    unit: shape.choice('unit', UNITS),
    topNotebook: shape.optionalText('top_notebook'),
    topCell: shape.optionalText('top_cell'),
    needed: shape.optionalDecimal('needed'),
    reserved: shape.optionalDecimal('reserved'),
    unpricedModel: shape.optionalText('unpriced_model')
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

/** The word, if it is one of this version's. */
function known<T extends string>(word: string | undefined, words: readonly T[]): T | undefined {
  return words.find(candidate => candidate === word);
}

/**
 * Reads the sums of an answer.
 *
 * @param shape - the answer.
 * @returns the sums.
 * @throws {ShapeError} when one is missing or is not a count.
 */
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
  return {
    code: shape.text('code'),
    message: shape.text('message'),
    explanation: readExplanation(shape.object('explanation'))
  };
}

function readUnmetered(value: unknown, path: string): Unmetered {
  const shape = new Shape<Wire.Unmetered>(value, path);
  return {
    kernelId: shape.text('kernel_id'),
    name: shape.optionalText('name'),
    path: shape.optionalText('path'),
    label: shape.optionalText('label'),
    reason: shape.text('reason')
  };
}
