/**
 * The table of usage shapes: which numbers that stand together are the usage of a call, and how they add up.
 *
 * Input and output are summed so that they are inclusive, by the rules of `llm_meter_tap/formats`, for usage that is printed
 * instead of sent. Numbers that are not counts are left out: prices, rates, shares.
 */

import type { Usage } from './reading';
import { Figures } from './node-figures';
import type { Node } from './tree';
import { DEFINITION } from './tree';
import { namesOther } from './topics';

/** No call has more tokens: a larger number is not the count of one call. */
const LARGEST = 100_000_000;
/** Names of things that hold a usage and nothing else, so that one figure in them is enough. */
const HOLDERS =
  /(?:usage|usages|usage_metadata|billed_units|tokens|token_usage|token_count|usage_details|usage_stats|token_stats|meta)$/;
/** Names of classes of which an object is a usage. */
const USAGE_CLASS =
  /Usage(?:[A-Z][A-Za-z]*)?$|Tokens?(?:Stats|Statistics|Counts|Info|Summary|Details|Data|Metrics|Metadata|Record|BilledUnits)?$|BilledUnits$/;
/** The same before a bracket without a sign: `tokens {'in': 12, 'out': 34}`. */
const IS_LOWER_HOLDER = /^(?:usage|tokens|token_usage|usage_metadata)$/;
/** The same where they hold one for each: `usage_by_step`. */
const IN_USAGE = /^(?:token_)?usages?_(?:by|per|of)_/;
/** Names of counts made before a call. */
const COUNTED_BEFORE = /count_?tokens|tokens?_?count(?:_?result|_?response)?$|token_counter/i;
/** A completion that is smaller than its reasoning by more than this does not include it (Perplexity). */
const OUTSIDE_RATIO = 1.5;
/** How many structures around are asked what they are about. */
const HEIGHT = 4;

/** The usage that a node states by itself, and its input as printed where the cache is beside it. */
export interface Stated {
  readonly usage: Usage;
  readonly printedInput?: number;
}

/**
 * The usage that a node's own figures state.
 *
 * @param node - a printed structure or block.
 * @returns undefined when its figures are not the usage of a call.
 */
export function statedUsage(node: Node): Stated | undefined {
  const figures = new Figures(node);
  if (!figures.areCounts || !isUsage(node, figures) || isUnused(node)) {
    return undefined;
  }
  const read = figures.get('read');
  const write = figures.get('write');
  const printed = figures.get('input');
  const usage = withReasoning(figures, {
    inputTokens: inputOf(node, figures, read, write),
    outputTokens: figures.get('output'),
    cacheReadInputTokens: read,
    cacheWriteInputTokens: write,
    reasoningOutputTokens: figures.get('reasoning')
  });
  const completed = completedBy(figures.get('total'), usage);
  const isSane =
    (completed.inputTokens ?? 0) <= LARGEST && (completed.outputTokens ?? 0) <= LARGEST;
  if (!isSane) {
    return undefined;
  }
  const usageKnown = known(completed);
  return printed === completed.inputTokens
    ? { usage: usageKnown }
    : { usage: usageKnown, printedInput: printed };
}

/** Lines of zeros before any call, and of missing values in a frame; claudette's are of an object. */
function isUnused({ bracket, figures, names }: Node): boolean {
  return bracket === '' && !names.has('in') && [...figures.values()].every(one => one.value === 0);
}

function isUsage(node: Node, figures: Figures): boolean {
  const isReport = node.texts.get('type')?.startsWith('organization') === true;
  if (
    isReport ||
    node.name === DEFINITION ||
    COUNTED_BEFORE.test(node.name) ||
    COUNTED_BEFORE.test(node.key) ||
    isOfOther(node)
  ) {
    return false;
  }
  const [input, output, total] = [
    figures.get('input'),
    figures.get('output'),
    figures.get('total')
  ];
  if (figures.isShort('input') || figures.isShort('output')) {
    return (
      (input !== undefined && output !== undefined && hasCompany(node, figures)) ||
      (input === undefined && node.names.has('thoughts') && areThoughtsBeside(figures))
    );
  }
  if (input !== undefined && output !== undefined) {
    return true;
  }
  if (input !== undefined && total !== undefined && total >= input) {
    // An embedding: nothing but its input, stated twice.
    return node.bracket !== '' || figures.has('output') || total === input;
  }
  if (output !== undefined && total !== undefined && (figures.get('reasoning') ?? 0) > 0) {
    return total > output;
  }
  return isHolder(node) && node.bracket !== '' && (input !== undefined || output !== undefined);
}

/** Whether it, or what it stands in, is named as limits, prices or averages are. */
function isOfOther(node: Node): boolean {
  let around: Node | undefined = node;
  for (let height = 0; around !== undefined && height < HEIGHT; height += 1) {
    if (namesOther(around.key) || namesOther(around.name)) {
      return true;
    }
    around = around.parent;
  }
  return false;
}

/**
 * `in` and `out`, `input` and `output` are words of every day: only a cache, a usage around or a total that is their sum
 * makes them figures.
 */
function hasCompany(node: Node, figures: Figures): boolean {
  const isOfUsage = IN_USAGE.test(node.parent?.key ?? '');
  const isNamed = node.names.has('prompt') && node.names.has('completion');
  const isOfTokens = /tokens?$/i.test(node.texts.get('unit') ?? '');
  if (
    isHolder(node) ||
    isOfUsage ||
    isOfTokens ||
    figures.has('read') ||
    (isNamed && node.bracket !== '')
  ) {
    return true;
  }
  const sum = (figures.get('input') ?? 0) + (figures.get('output') ?? 0);
  const around = node.parent?.figures.get('total');
  const isPart = around?.isShort === false && around.value === sum;
  const isOwnNamed =
    node.names.has('in') ||
    node.names.has('n_in') ||
    node.names.has('completion') ||
    !figures.isShort('total');
  return isPart || figures.get('tokens') === sum || (isOwnNamed && figures.get('total') === sum);
}

/** Whether the node is named as nothing but a usage is. */
export function isHolder({ name, key, bracket }: Node): boolean {
  const isLower = bracket === '{' && IS_LOWER_HOLDER.test(name);
  return HOLDERS.test(key) || isLower || (USAGE_CLASS.test(name) && !COUNTED_BEFORE.test(name));
}

function inputOf(node: Node, figures: Figures, read = 0, write = 0): number | undefined {
  const input = figures.get('input');
  if (input === undefined) {
    return undefined;
  }
  const withTool = input + (figures.get('tool') ?? 0);
  return isCacheBeside(node, figures, read + write) ? withTool + read + write : withTool;
}

/** Anthropic's API, Bedrock's Converse and claudette print the cache beside the input; the total, where printed, decides. */
function isCacheBeside({ names }: Node, figures: Figures, cached: number): boolean {
  const [input = 0, output = 0, total] = [
    figures.get('input'),
    figures.get('output'),
    figures.get('total')
  ];
  if (total !== undefined && cached > 0 && !figures.isInputWhole) {
    const sum = input + output + cached;
    return total === sum || total === sum + (figures.get('reasoning') ?? 0);
  }
  if (figures.isInputWhole) {
    return false;
  }
  // More than the whole input cannot be a part of it.
  if (cached > input && figures.has('write')) {
    return true;
  }
  // OpenTelemetry has the same name for what was read, and counts it in the input.
  const isAnthropic =
    (names.has('cache_read_input_tokens') || names.has('cache_creation_input_tokens')) &&
    !names.has('reasoning_output_tokens');
  const isBedrock =
    names.has('cache_write_input_tokens') || names.has('cache_read_input_token_count');
  // Only Anthropic's words for the cache speak of its creation.
  const isCreated = names.has('cache_create') || names.has('cache_creation');
  const isInput = names.has('in') || names.has('input') || names.has('input_tokens');
  return ((isAnthropic || isBedrock) && names.has('input_tokens')) || (isCreated && isInput);
}

/** Adds reasoning where the dialect counts it outside of the output: Gemini; xAI and Perplexity, by the total. */
function withReasoning(figures: Figures, usage: Usage): Usage {
  const { inputTokens, outputTokens, reasoningOutputTokens: reasoning = 0 } = usage;
  if (inputTokens === undefined && outputTokens !== undefined && figures.has('total')) {
    return withThoughts(figures, usage, outputTokens + reasoning);
  }
  if (figures.isThinkingBeside) {
    return { ...usage, outputTokens: (outputTokens ?? 0) + reasoning };
  }
  if (reasoning === 0 || inputTokens === undefined || outputTokens === undefined) {
    return usage;
  }
  const total = figures.get('total');
  const gap = total === undefined ? 0 : total - inputTokens - outputTokens;
  const isOutside = gap === reasoning || (gap === 0 && reasoning > OUTSIDE_RATIO * outputTokens);
  return isOutside ? { ...usage, outputTokens: outputTokens + reasoning } : usage;
}

function areThoughtsBeside(figures: Figures): boolean {
  const [output = 0, reasoning = 0] = [figures.get('output'), figures.get('reasoning')];
  return output > 0 && reasoning > 0 && output + reasoning < (figures.get('total') ?? 0);
}

/** Without an input the total proves nothing: Gemini's word for thoughts, and thoughts beyond the answer, do. */
function withThoughts(figures: Figures, usage: Usage, whole: number): Usage {
  const { outputTokens = 0, reasoningOutputTokens: reasoning = 0 } = usage;
  const isBeside = figures.areThoughts || reasoning > outputTokens;
  return isBeside && whole < (figures.get('total') ?? 0)
    ? { ...usage, outputTokens: whole }
    : usage;
}

/** Fills one side from the total where only the other is printed. */
function completedBy(total: number | undefined, usage: Usage): Usage {
  const { inputTokens, outputTokens } = usage;
  if (total === undefined) {
    return usage;
  }
  if (inputTokens === undefined && outputTokens !== undefined && total >= outputTokens) {
    return { ...usage, inputTokens: total - outputTokens };
  }
  if (outputTokens === undefined && inputTokens !== undefined && total > inputTokens) {
    return { ...usage, outputTokens: total - inputTokens };
  }
  return usage;
}

function known(usage: Usage): Usage {
  return Object.fromEntries(Object.entries(usage).filter(([, value]) => value !== undefined));
}
