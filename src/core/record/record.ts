/**
 * The public record of one call, read off the wire: the fields that the page shows or counts.
 *
 * A field that is not known is absent, never zero. `semconv.ts` has the names on the wire.
 */

import type { FieldName } from './semconv';
import { FIELDS, spellingsOf } from './semconv';
import { Shape } from './shape';
import type * as Wire from './wire';

/** How a call can end. */
const STATUSES = ['ok', 'error', 'aborted', 'refused'] as const satisfies readonly Status[];
/** Where the token counts of a call can come from. */
const BASES = [
  'reported',
  'counted',
  'partial',
  'missing',
  'none'
] as const satisfies readonly Basis[];
/** How a call can reach the ledger. */
const SOURCES = [
  'tap',
  'message',
  'output',
  'manual',
  'import',
  'gateway'
] as const satisfies readonly Source[];

/** One of `STATUSES`. */
export type Status = Wire.CallRecord['llm_meter.call.status'];
/** One of `BASES`. */
export type Basis = Wire.CallRecord['llm_meter.call.basis'];
/** One of `SOURCES`. */
export type Source = Wire.CallRecord['llm_meter.call.source'];

/**
 * One call to an LLM API.
 *
 * Token counts follow OpenTelemetry GenAI v1.41.1: `inputTokens` includes cache reads and writes, `outputTokens`
 * includes reasoning. Times are RFC 3339, durations seconds, money a decimal string in `costCurrency` (ISO 4217).
 */
export interface CallRecord {
  readonly callId: string;
  readonly startedAt: string;
  readonly status: Status;
  readonly basis: Basis;
  readonly source: Source;
  readonly durationS?: number;
  readonly operationName?: string;
  readonly providerName?: string;
  readonly requestModel?: string;
  readonly responseModel?: string;
  readonly responseId?: string;
  readonly isStream?: boolean;
  readonly inputTokens?: number;
  readonly outputTokens?: number;
  readonly cacheReadInputTokens?: number;
  readonly cacheWriteInputTokens?: number;
  readonly reasoningOutputTokens?: number;
  readonly tokenizer?: string;
  readonly costAmount?: string;
  readonly costCurrency?: string;
  readonly serverAddress?: string;
  readonly errorType?: string;
  readonly agentName?: string;
  /** What people call the script, console or kernel that made the call. */
  readonly programName?: string;
  readonly userId?: string;
  readonly team?: string;
  readonly keyFingerprint?: string;
  readonly project?: string;
  readonly kernelId?: string;
  readonly notebookPath?: string;
  readonly cellId?: string;
  /** The run of the cell: the id of the message that requested it. */
  readonly runId?: string;
  readonly limitId?: string;
}

/**
 * Reads a record in any accepted spelling; unknown names are ignored.
 *
 * @param value - what came off the wire.
 * @param path - its place in the document, for error messages.
 * @returns the record; unknown fields are absent.
 * @throws {ShapeError} when a required field is absent or a value is not what the field may hold.
 */
export function parseRecord(value: unknown, path = 'record'): CallRecord {
  const shape = new Shape(value, path);
  return present({
    callId: shape.text(nameIn(shape, 'callId')),
    startedAt: readTime(shape, nameIn(shape, 'startedAt')),
    status: shape.choice(nameIn(shape, 'status'), STATUSES),
    basis: shape.choice(nameIn(shape, 'basis'), BASES),
    source: shape.choice(nameIn(shape, 'source'), SOURCES),
    isStream: shape.optionalFlag(nameIn(shape, 'isStream')),
    costAmount: shape.optionalDecimal(nameIn(shape, 'costAmount')),
    durationS: shape.optionalNumber(nameIn(shape, 'durationS')),
    ...readEach(COUNTS, field => shape.optionalCount(nameIn(shape, field))),
    ...readEach(TEXTS, field => shape.optionalText(nameIn(shape, field)))
  });
}

/**
 * Writes a record as it goes over the wire.
 *
 * @param record - the call.
 * @returns an object for JSON; unknown fields are absent.
 */
export function writeRecord(record: CallRecord): Wire.CallRecord {
  const fields = Object.entries(present(record)) as [FieldName, unknown][];
  const named = fields.map(([field, value]) => [FIELDS[field].wire, value]);
  // The names are the contract's, see FIELDS; the fields that it requires are required of a record, too.
  return Object.fromEntries(named) as Wire.CallRecord;
}

/**
 * Input plus output tokens.
 *
 * @param record - the call.
 * @returns the sum; undefined when neither is known.
 */
export function totalTokensOf(record: CallRecord): number | undefined {
  const { inputTokens, outputTokens } = record;
  if (inputTokens === undefined && outputTokens === undefined) {
    return undefined;
  }
  return (inputTokens ?? 0) + (outputTokens ?? 0);
}

/**
 * The model of a call: the serving one, else the requested one.
 *
 * @param record - the call.
 * @returns undefined when neither is known.
 */
export function modelOf(record: CallRecord): string | undefined {
  return record.responseModel ?? record.requestModel;
}

const COUNTS = [
  'inputTokens',
  'outputTokens',
  'cacheReadInputTokens',
  'cacheWriteInputTokens',
  'reasoningOutputTokens'
] as const satisfies readonly FieldName[];

const TEXTS = [
  'operationName',
  'providerName',
  'requestModel',
  'responseModel',
  'responseId',
  'tokenizer',
  'costCurrency',
  'serverAddress',
  'errorType',
  'agentName',
  'programName',
  'userId',
  'team',
  'keyFingerprint',
  'project',
  'kernelId',
  'notebookPath',
  'cellId',
  'runId',
  'limitId'
] as const satisfies readonly FieldName[];

function nameIn(shape: Shape, field: FieldName): string {
  const names = spellingsOf(field);
  return names.find(name => shape.get(name) !== undefined) ?? names[0];
}

function readEach<F extends FieldName, T>(
  names: readonly F[],
  read: (field: F) => T
): Record<F, T> {
  return Object.fromEntries(names.map(name => [name, read(name)])) as Record<F, T>;
}

function readTime(shape: Shape, key: string): string {
  shape.time(key);
  return shape.text(key);
}

/** Leaves out the fields that are unknown. */
function present<T extends object>(fields: T): T {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined)) as T;
}
