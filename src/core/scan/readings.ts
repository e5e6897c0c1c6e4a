/**
 * Turns printed structures into readings: which nodes are usage, of which call, and whether they sum up several calls.
 *
 * An object that prints its usage twice (LangChain's `usage_metadata` and `token_usage`, Cohere's `tokens` and `billed_units`)
 * is one reading. Id and model come from the nearest structure around it.
 */

import type { Kind, Reading } from './reading';
import { agrees, mergedReading } from './reading';
import { statesOneSide } from './node-figures';
import type { Node } from './tree';
import { isHolder, statedUsage } from './usage';
import { namesSum } from './vocabulary';

/** Parts of one answer: what is in them is about the same call as what is beside them. */
const PARTS = new Set([
  'response_metadata',
  'additional_kwargs',
  'model_extra',
  'hidden_params',
  'generation_info',
  'provider_details',
  'meta',
  'metadata',
  'usage',
  'usage_metadata',
  'token_usage',
  'billed_units',
  'tokens',
  'kwargs',
  'x_groq',
  'response',
  'message',
  'delta',
  'raw',
  'body',
  'result'
]);
/** How many structures around a usage are searched for its id and model. */
const HEIGHT = 5;
const LONGEST_TEXT = 200;
/** A model's name among the keys of a dict: `openai/gpt-4o-mini`, `gpt-4o`, `claude-3-5-haiku-latest`. */
const MODEL_KEY =
  /^(?:[\w.-]+\/)*(?:gpt|o\d|chatgpt|claude|gemini|llama|mistral|mixtral|qwen|deepseek|command|grok|phi|gemma|text-embedding)[\w.:/@-]*$/i;

/**
 * The readings in printed structures, in the order of the text.
 *
 * @param nodes - the outermost structures.
 */
export function readingsOf(nodes: readonly Node[]): readonly Reading[] {
  return nodes.flatMap(node => walk(node, 0));
}

function walk(node: Node, depth: number): readonly Reading[] {
  const own = ownReading(node);
  if (own !== undefined && own.kind !== 'step') {
    return [own, ...inside(node, depth, child => node.bracket === '' || !isAboutSame(child))];
  }
  if (own !== undefined) {
    return [own];
  }
  return collapsed(
    node,
    inside(node, depth, () => true)
  );
}

function inside(node: Node, depth: number, isTaken: (child: Node) => boolean): readonly Reading[] {
  const children = node.children.filter(isTaken).flatMap(child => walk(child, depth + 1));
  if (children.length === 0) {
    return NONE;
  }
  return children.length > 1 && isList(node) ? withTwins(children) : children;
}

/** R's lists come with their positions as names. */
function isList({ bracket, children }: Node): boolean {
  return bracket === '[' || children.every(({ rawKey }) => /^["']?\d+["']?$/.test(rawKey));
}

function withTwins(readings: readonly Reading[]): readonly Reading[] {
  const counts = new Map<string, number>();
  return readings.map(reading => {
    const content = JSON.stringify([reading.usage, reading.model]);
    const twin = counts.get(content) ?? 0;
    counts.set(content, twin + 1);
    return twin === 0 ? reading : { ...reading, twin };
  });
}

const NONE: readonly Reading[] = [];

/** What stands inside of a usage is about its call: its details, its iterations. */
function isAboutSame(child: Node): boolean {
  return PARTS.has(child.key) || child.texts.size === 0;
}

/** Cohere prints the tokens used beside those billed, LangChain a usage beside the provider's own. */
function collapsed(node: Node, readings: readonly Reading[]): readonly Reading[] {
  const parts = node.children.filter(({ key }) => PARTS.has(key)).length;
  if (readings.length < 2 || readings.length > 3 || parts < 2) {
    return readings;
  }
  const isCohere = node.children.some(child => child.key === 'billed_units');
  if (isCohere) {
    const tokens = node.children.findIndex(child => child.key === 'tokens');
    const position = node.children.filter(isHolder).findIndex(child => child.key === 'tokens');
    return tokens < 0 || position < 0 ? readings : [readings[position] ?? readings[0]];
  }
  const [first, ...others] = readings;
  return others.every(other => agrees(first, other))
    ? [others.reduce(mergedReading, first)]
    : readings;
}

function ownReading(node: Node): Reading | undefined {
  const isBare = node.figures.size === 0 && !node.children.some(statesOneSide);
  const stated = isBare ? undefined : statedUsage(node);
  if (stated === undefined) {
    return undefined;
  }
  const { id, model } = contextOf(node);
  const provider = providerOf(node, id);
  return {
    kind: kindOf(node),
    ...stated,
    ...(id !== undefined && { responseId: id }),
    ...(model !== undefined && { model }),
    ...(provider !== undefined && { provider })
  };
}

function kindOf(node: Node): Kind {
  const types = [node.texts.get('type'), node.parent?.texts.get('type')];
  const above = node.parent?.parent?.texts.get('type');
  if (/DeltaUsage$/.test(node.name) || types.includes('message_delta')) {
    return 'delta';
  }
  if (above === 'message_start' || /MessageStart/.test(node.parent?.parent?.name ?? '')) {
    return 'start';
  }
  if (/(?:^|_)step(?:_|$)/.test([...node.names].join(' ')) || node.name === 'Step') {
    return 'step';
  }
  return sumKindOf(node);
}

function sumKindOf(node: Node): Kind {
  const requests = node.figures.get('requests')?.value ?? 1;
  const figures = [...node.figures.values()];
  if (node.bracket === '' && node.names.has('in') && node.names.has('out')) {
    return 'counter';
  }
  // Gemini's Interactions API calls the figures of one call totals.
  const isOneCall =
    node.names.has('total_thought_tokens') || node.names.has('total_tool_use_tokens');
  const isSum =
    requests > 1 ||
    (!isOneCall && figures.some(figure => figure.isSum)) ||
    [node.key, node.parent?.key ?? '', node.parent?.parent?.key ?? ''].some(namesSum);
  return isSum ? 'sum' : 'call';
}

interface Context {
  readonly id?: string;
  readonly model?: string;
}

/** The id and model of the nearest structures around a usage, up to the list that may hold other calls too. */
function contextOf(node: Node): Context {
  let id: string | undefined;
  let model = MODEL_KEY.test(node.rawKey.replace(/^["']|["']$/g, '')) ? node.rawKey : undefined;
  let around: Node | undefined = node;
  for (let height = 0; around !== undefined && height < HEIGHT; height += 1) {
    if (around.bracket === '[' && height > 0) {
      break;
    }
    id ??= textOf(around, 'id');
    model ??= textOf(around, 'model') ?? partModel(around);
    around = around.parent;
  }
  return { id, model };
}

function partModel(node: Node): string | undefined {
  return node.children
    .filter(({ key }) => PARTS.has(key))
    .map(child => textOf(child, 'model'))
    .find(model => model !== undefined);
}

function textOf(node: Node, kind: 'id' | 'model'): string | undefined {
  const text = node.texts.get(kind);
  return text !== undefined && text.length > 1 && text.length <= LONGEST_TEXT ? text : undefined;
}

/** Who answered, if the dialect or the id shows it; names by OpenTelemetry GenAI. */
function providerOf({ names, name }: Node, id = ''): string | undefined {
  if (/^(?:chatcmpl|resp|cmpl)[-_]/.test(id)) {
    return undefined;
  }
  if (/^msg_/.test(id) || (names.has('input_tokens') && names.has('cache_creation_input_tokens'))) {
    return 'anthropic';
  }
  return names.has('candidates_token_count') || name === 'GenerateContentResponseUsageMetadata'
    ? 'gcp.gemini'
    : undefined;
}
