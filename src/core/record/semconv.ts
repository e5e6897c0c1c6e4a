/**
 * The names of the public record: one table from our field names to the wire.
 *
 * The default spelling is that of OpenTelemetry's semantic conventions v1.41.1, the last tagged release with GenAI names;
 * `latest` is the spelling on the main branch of semantic-conventions-genai, given where it differs.
 * `tests/vectors/semconv.json` holds the same table for both languages.
 */

import type * as Wire from './wire';

/** The spellings of one field. */
interface Spelling<W extends string = string> {
  /** What we write (v1.41.1). */
  readonly wire: W;
  /** The name on genai main, where it differs. */
  readonly latest?: string;
  /** Deprecated and foreign spellings (old OpenTelemetry, Sentry), read only. */
  readonly aliases?: readonly string[];
}

/** The spellings of each field, by our name. */
export const FIELDS = {
  callId: { wire: 'llm_meter.call.id' },
  startedAt: { wire: 'llm_meter.call.started_at' },
  status: { wire: 'llm_meter.call.status' },
  basis: { wire: 'llm_meter.call.basis' },
  source: { wire: 'llm_meter.call.source' },
  durationS: { wire: 'llm_meter.call.duration_s' },
  operationName: { wire: 'gen_ai.operation.name' },
  providerName: { wire: 'gen_ai.provider.name', aliases: ['gen_ai.system'] },
  requestModel: { wire: 'gen_ai.request.model' },
  responseModel: { wire: 'gen_ai.response.model' },
  responseId: { wire: 'gen_ai.response.id' },
  isStream: { wire: 'gen_ai.request.stream' },
  timeToFirstChunkS: { wire: 'gen_ai.response.time_to_first_chunk' },
  serviceTier: {
    wire: 'openai.response.service_tier',
    aliases: ['gen_ai.openai.response.service_tier']
  },
  inputTokens: {
    wire: 'gen_ai.usage.input_tokens',
    aliases: ['gen_ai.usage.prompt_tokens']
  },
  outputTokens: {
    wire: 'gen_ai.usage.output_tokens',
    aliases: ['gen_ai.usage.completion_tokens']
  },
  cacheReadInputTokens: {
    wire: 'gen_ai.usage.cache_read.input_tokens',
    aliases: ['gen_ai.usage.input_tokens.cached']
  },
  cacheWriteInputTokens: {
    wire: 'gen_ai.usage.cache_creation.input_tokens',
    latest: 'gen_ai.usage.cache_write.input_tokens',
    aliases: ['gen_ai.usage.input_tokens.cache_write']
  },
  reasoningOutputTokens: {
    wire: 'gen_ai.usage.reasoning.output_tokens',
    aliases: ['gen_ai.usage.output_tokens.reasoning']
  },
  audioInputTokens: {
    wire: 'llm_meter.usage.audio.input_tokens',
    latest: 'gen_ai.usage.audio.input_tokens'
  },
  audioOutputTokens: {
    wire: 'llm_meter.usage.audio.output_tokens',
    latest: 'gen_ai.usage.audio.output_tokens'
  },
  imageInputTokens: {
    wire: 'llm_meter.usage.image.input_tokens',
    latest: 'gen_ai.usage.image.input_tokens'
  },
  imageOutputTokens: {
    wire: 'llm_meter.usage.image.output_tokens',
    latest: 'gen_ai.usage.image.output_tokens'
  },
  usageRaw: { wire: 'llm_meter.usage.raw' },
  usageFlags: { wire: 'llm_meter.usage.flags' },
  usageToolCalls: { wire: 'llm_meter.usage.tool_calls' },
  tokenizer: { wire: 'llm_meter.usage.tokenizer' },
  costAmount: { wire: 'llm_meter.cost.amount' },
  costCurrency: { wire: 'llm_meter.cost.currency' },
  costSource: { wire: 'llm_meter.cost.source' },
  serverAddress: { wire: 'server.address' },
  serverPort: { wire: 'server.port' },
  errorType: { wire: 'error.type' },
  agentName: { wire: 'gen_ai.agent.name' },
  programName: { wire: 'llm_meter.program.name' },
  userId: { wire: 'user.id' },
  team: { wire: 'llm_meter.team' },
  keyFingerprint: { wire: 'llm_meter.key.fingerprint' },
  project: { wire: 'llm_meter.project' },
  kernelId: { wire: 'llm_meter.kernel.id' },
  notebookPath: { wire: 'llm_meter.notebook.path' },
  cellId: { wire: 'llm_meter.cell.id' },
  runId: { wire: 'llm_meter.run.id' },
  limitId: { wire: 'llm_meter.limit.id' }
} as const satisfies Record<string, Spelling<keyof Wire.CallRecord>>;

/** A field of the public record, by our name. */
export type FieldName = keyof typeof FIELDS;

/**
 * Lists the wire names under which a reader accepts a field.
 *
 * @param field - our name of the field.
 * @returns the names, the one we write first.
 */
export function spellingsOf(field: FieldName): readonly string[] {
  const { wire, latest, aliases = [] }: Spelling = FIELDS[field];
  return latest === undefined ? [wire, ...aliases] : [wire, latest, ...aliases];
}
