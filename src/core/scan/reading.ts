/**
 * A reading: what one printed usage says.
 *
 * Also decides when two readings are of the same call.
 */

/** Counts of tokens by OpenTelemetry GenAI v1.41.1: input includes the cache, output includes reasoning. */
export interface Usage {
  readonly inputTokens?: number;
  readonly outputTokens?: number;
  readonly cacheReadInputTokens?: number;
  readonly cacheWriteInputTokens?: number;
  readonly reasoningOutputTokens?: number;
}

/**
 * - `call`: one call;
 * - `start`, `delta`: the beginning of a streamed call, and the figures that come after it;
 * - `step`: a line of a loop of which it cannot be said alone whether it adds up the ones before;
 * - `sum`: several calls of this run added up;
 * - `counter`: an object that adds up its calls as long as it lives, across runs.
 */
export type Kind = 'call' | 'start' | 'delta' | 'step' | 'sum' | 'counter';

export interface Reading {
  readonly kind: Kind;
  readonly usage: Usage;
  /** Input as printed, where the dialect keeps the cache apart. */
  readonly printedInput?: number;
  readonly responseId?: string;
  readonly model?: string;
  readonly provider?: string;
  /** How many readings that say the same stand before it in one list: they are other calls. */
  readonly twin?: number;
}

/** Input and output, as far as they are known. */
export function tokensOf({ usage }: Reading): readonly [number, number] {
  return [usage.inputTokens ?? 0, usage.outputTokens ?? 0];
}

/** Whether two readings say the same, as far as both say anything. */
export function agrees(one: Reading, other: Reading): boolean {
  const isSameInput =
    one.usage.inputTokens === other.usage.inputTokens ||
    (one.printedInput !== undefined && one.printedInput === other.usage.inputTokens) ||
    (other.printedInput !== undefined && other.printedInput === one.usage.inputTokens);
  return (
    isSameInput && one.usage.outputTokens === other.usage.outputTokens && isOneModel(one, other)
  );
}

/** Of two readings of one call, the one that says more, with what only the other knows. */
export function mergedReading(one: Reading, other: Reading): Reading {
  const [more, less] = richness(other) > richness(one) ? [other, one] : [one, other];
  return {
    ...more,
    usage: { ...less.usage, ...more.usage },
    responseId: one.responseId ?? other.responseId,
    model: more.model ?? less.model,
    provider: more.provider ?? less.provider
  };
}

function richness({ usage }: Reading): number {
  return Object.values(usage).filter(value => value !== undefined).length;
}

function isOneModel(one: Reading, other: Reading): boolean {
  return (
    one.model === undefined ||
    other.model === undefined ||
    one.model.includes(other.model) ||
    other.model.includes(one.model)
  );
}
