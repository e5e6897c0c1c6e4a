/**
 * Sums of calls by quarter hour, in place of calls that are no longer kept whole.
 *
 * The same sums, by the same fields, as the rollups of the server extension's ledger, to which they are transferred.
 */

import { addDecimals } from '../record/decimal';
import type { CallRecord } from '../record/record';
import { modelOf } from '../record/record';
import { Shape } from '../record/shape';
import type * as Wire from '../record/wire';

/** Every zone's offset has been a multiple of a quarter hour since 1972. */
const QUARTER_MS = 15 * 60_000;

/** Older sums are kept by the day, UTC: of all windows only a total is that long. */
const FINE_FOR_MS = 62 * 86_400_000;
const DAY_MS = 86_400_000;

/** The fields by which calls are summed, by their names in the ledger. */
export type RollupKey = Pick<Wire.Rollup, (typeof SERIES)[number]>;

const SERIES = [
  'team',
  'key_fingerprint',
  'project',
  'notebook_path',
  'kernel_id',
  'model',
  'provider_name',
  'operation_name'
] as const satisfies readonly (keyof Wire.Rollup)[];

const COUNTS = [
  'calls',
  'missing_calls',
  'unpriced_calls',
  'priced_calls',
  'input_tokens',
  'output_tokens',
  'cache_read_input_tokens',
  'cache_write_input_tokens',
  'reasoning_output_tokens'
] as const satisfies readonly (keyof Wire.Rollup)[];

type Counts = Readonly<Record<(typeof COUNTS)[number], number>>;

/** Sums of the calls of one series that began in one quarter hour. */
export interface Rollup extends Counts {
  /** The first instant, milliseconds since 1970. */
  readonly quarter: number;
  readonly series: RollupKey;
  /** Dollars of the priced calls, a decimal string. */
  readonly cost: string;
}

/**
 * The sums of one call.
 *
 * @param record - the call.
 * @returns its quarter hour, series and figures.
 */
export function rollupOf(record: CallRecord): Rollup {
  const at = Date.parse(record.startedAt);
  const hasFigures = ['reported', 'counted', 'partial'].includes(record.basis);
  const isPriced = record.costAmount !== undefined && record.costCurrency === 'USD';
  return {
    quarter: at - (at % QUARTER_MS),
    series: seriesOf(record),
    calls: 1,
    missing_calls: record.basis === 'missing' ? 1 : 0,
    unpriced_calls: hasFigures && !isPriced ? 1 : 0,
    priced_calls: isPriced ? 1 : 0,
    input_tokens: record.inputTokens ?? 0,
    output_tokens: record.outputTokens ?? 0,
    cache_read_input_tokens: record.cacheReadInputTokens ?? 0,
    cache_write_input_tokens: record.cacheWriteInputTokens ?? 0,
    reasoning_output_tokens: record.reasoningOutputTokens ?? 0,
    cost: isPriced ? record.costAmount : '0'
  };
}

/**
 * Adds up rollups of the same quarter and series.
 *
 * @param rollups - in any order.
 * @param now - milliseconds since 1970; old rollups are added up by the day.
 * @returns a rollup for each quarter hour or day and each series.
 */
export function compacted(rollups: readonly Rollup[], now: number): readonly Rollup[] {
  const sums = new Map<string, Rollup>();
  for (const rollup of rollups) {
    const isOld = rollup.quarter < now - FINE_FOR_MS;
    const quarter = isOld ? rollup.quarter - (rollup.quarter % DAY_MS) : rollup.quarter;
    const key = JSON.stringify([quarter, ...SERIES.map(name => rollup.series[name] ?? null)]);
    const known = sums.get(key);
    sums.set(key, known === undefined ? { ...rollup, quarter } : added(known, rollup));
  }
  return [...sums.values()];
}

/**
 * Adds two rollups.
 *
 * @param one - its quarter and series are kept.
 * @param other - a rollup of the same quarter and series, or of one that is to be counted there.
 * @returns the sums.
 */
export function added(one: Rollup, other: Rollup): Rollup {
  const counts = Object.fromEntries(
    COUNTS.map(name => [name, one[name] + other[name]])
  ) as unknown as Counts;
  return { ...one, ...counts, cost: addDecimals(one.cost, other.cost) };
}

/**
 * Writes a rollup, as it is stored and as `POST takeover` takes it.
 *
 * @param rollup - the rollup.
 * @returns an object for JSON; sums of zero are left out.
 */
export function writeRollup({ quarter, series, cost, ...counts }: Rollup): Wire.Rollup {
  const given = Object.fromEntries(Object.entries(counts).filter(([, count]) => count !== 0));
  return {
    quarter: new Date(quarter).toISOString(),
    ...series,
    ...given,
    calls: counts.calls,
    ...(counts.priced_calls > 0 && { cost })
  };
}

/**
 * Reads what `writeRollup` wrote.
 *
 * @param value - of any kind.
 * @param path - where the value is, for the error.
 * @returns the rollup.
 * @throws {ShapeError} when it is something else.
 */
export function readRollup(value: unknown, path: string): Rollup {
  const shape = new Shape<Wire.Rollup>(value, path);
  const counts = Object.fromEntries(
    COUNTS.map(name => [name, shape.optionalCount(name) ?? 0])
  ) as unknown as Counts;
  const given = SERIES.map(name => [name, shape.optionalText(name)] as const);
  return {
    quarter: shape.time('quarter'),
    series: Object.fromEntries(given.filter(([, text]) => text !== undefined)),
    ...counts,
    cost: shape.optionalDecimal('cost') ?? '0'
  };
}

function seriesOf(record: CallRecord): RollupKey {
  const series = {
    team: record.team,
    key_fingerprint: record.keyFingerprint,
    project: record.project,
    notebook_path: record.notebookPath,
    kernel_id: record.kernelId,
    model: modelOf(record),
    provider_name: record.providerName,
    operation_name: record.operationName
  };
  return Object.fromEntries(Object.entries(series).filter(([, text]) => text !== undefined));
}
