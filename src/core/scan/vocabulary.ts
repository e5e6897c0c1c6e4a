/**
 * The names under which programs print the usage of a call.
 *
 * A table maps printed names to their meaning. A name counts only if the whole of it is in the table, so `max_output_tokens`,
 * `input_token_limit` and rate limit headers, which contain such names, do not count. Sources: the usage objects of the
 * providers' API references and of the libraries named beside a line.
 */

import { builtRole } from './built-names';

/** What a printed figure means. */
export type Role =
  | 'input'
  | 'output'
  | 'total'
  | 'read'
  | 'write'
  | 'miss'
  | 'reasoning'
  | 'tool'
  | 'requests'
  | 'tokens';

const NAMES: Readonly<Record<Role, string>> = {
  input:
    'prompt_tokens input_tokens prompt_n x_amzn_bedrock_input_token_count prompt_token_count input_token_count prompt_eval_count input_text_token_count ' +
    // Pydantic AI before 1.0; LlamaIndex; Langfuse; Semantic Kernel, Microsoft.Extensions.AI.
    'request_tokens prompt_token_usage num_input_tokens num_prompt_tokens tokens_prompt tokens_input tokens_in ' +
    'n_prompt_tokens n_input_tokens input_tokens_count prompt_tokens_count prompt_usage sent_tokens tokens_sent ' +
    'in_tokens in_token input_token prompt_token question_tokens query_tokens token_count_prompt llm_token_count_prompt',
  output:
    'completion_tokens output_tokens predicted_n x_amzn_bedrock_output_token_count candidates_token_count response_token_count generated_token_count eval_count ' +
    'generated_tokens total_output_text_token_count generation_token_count completion_token_count output_token_count ' +
    'response_tokens completion_token_usage num_output_tokens num_completion_tokens tokens_completion tokens_output ' +
    'tokens_out n_completion_tokens n_output_tokens output_tokens_count completion_tokens_count gen_tokens ' +
    'generation_tokens tokens_generated received_tokens tokens_received ' +
    'out_tokens out_token output_token completion_token answer_tokens reply_tokens token_count_completion llm_token_count_completion',
  total:
    'total_tokens total_token_count tokens_used llm_token_count tokens_total token_count_total llm_token_count_total',
  read:
    'cached_tokens cache_read_input_tokens cached_content_token_count cache_read_tokens prompt_cache_hit_tokens ' +
    'cache_read cached_input_tokens cache_read_input_token_count cached_prompt_tokens cached_input cached_prompt_token_count ' +
    'cache_read_token_count input_cache_read_tokens prompt_cached_tokens cached_content_tokens input_cached_tokens ' +
    'cache_hit_tokens prompt_tokens_cached total_cached_tokens cached_read cache_reads cache_r cache_hit cache_hits',
  write:
    'cache_creation_input_tokens cache_write_tokens cache_write_input_tokens cache_creation_tokens cache_create ' +
    'cache_write cache_writes cached_write cached_create cached_creation cache_w cache_write_input_token_count cache_creation_token_count input_cache_creation_tokens',
  // What of the input was not in the cache.
  miss:
    'prompt_cache_miss_tokens cache_miss_tokens cache_misses uncached_input_tokens uncached_tokens uncached_prompt_tokens ' +
    'uncached_input non_cached_input_tokens non_cached_tokens noncached_input_tokens input_uncached_tokens new_input_tokens ' +
    'fresh_input_tokens input_uncached input_no_cache_tokens no_cache_tokens',
  reasoning:
    'reasoning_tokens thoughts_token_count thinking_tokens reasoning_output_tokens reasoning thoughts_tokens ' +
    // Gemini's Interactions API: https://ai.google.dev/api/interactions-api, Usage.
    'thought_tokens thoughts_output_tokens total_thought_tokens output_reasoning_tokens',
  tool: 'tool_use_prompt_token_count total_tool_use_tokens',
  tokens: 'tokens',
  requests:
    'requests successful_requests num_requests total_requests llm_calls n_requests calls num_calls n_calls api_calls request_count call_count'
};

/** Short names that mean a figure only in company: claudette's `In: 8; Out: 24; Total: 32`, ellmer's `input=8 output=24`. */
const SHORT: Readonly<Record<string, Role>> = {
  in: 'input',
  out: 'output',
  input: 'input',
  output: 'output',
  prompt: 'input',
  completion: 'output',
  candidates: 'output',
  total: 'total',
  tot: 'total',
  n_input: 'input',
  n_output: 'output',
  n_in: 'input',
  n_out: 'output',
  n_total: 'total',
  cache_creation: 'write',
  cached: 'read',
  thinking: 'reasoning',
  thoughts: 'reasoning'
};

const ROLES = new Map<string, Role>(
  Object.entries(NAMES).flatMap(([role, names]) =>
    names.split(' ').map((name): [string, Role] => [name, role as Role])
  )
);

/** Names whose texts say which call it was. */
export type TextKind = 'id' | 'model' | 'type' | 'unit';
const TEXTS: Readonly<Record<string, TextKind>> = {
  id: 'id',
  response_id: 'id',
  generation_id: 'id',
  provider_response_id: 'id',
  model: 'model',
  model_name: 'model',
  model_id: 'model',
  model_version: 'model',
  response_model: 'model',
  cohere_model: 'model',
  type: 'type',
  object: 'type',
  turns: 'type',
  unit: 'unit'
};

/** Words before a name that make its figure something else than what a call used. */
const OTHER_FIGURES = new Set(
  (
    'max maximum min minimum limit limits limited budget quota cap allowed available remaining left context window ' +
    'threshold avg average mean median typical std p50 p90 p95 p99 per rate cost costs price prices saved saving ' +
    'estimated expected predicted planned free unused no not without percent percentage ratio least most under over ' +
    'up below above'
  ).split(' ')
);

/** The words that make a figure a sum over several calls. */
const SUMS =
  /^(?:total|cumulative|accumulated|overall|session|summary|aggregate|aggregated|combined|sum)$/;

/** A printed name, understood. */
export interface Meaning {
  readonly role?: Role;
  /** One of the short names, which need company. */
  readonly isShort: boolean;
  /** The name itself says that it sums up several calls. */
  readonly isSum: boolean;
  readonly text?: TextKind;
}

const NOTHING: Meaning = { isShort: false, isSum: false };
const LONGEST_NAME = 64;
/** What of the input was not in the cache. */
const FRESH = /^(?:fresh|new|uncached|non_?cached|not_cached|regular)_(\w+)$/;
/** `llm_usage_input_tokens`: paths whose dots became lines below. */
const IN_USAGE =
  /^(?:(?:llm|gen_ai|openai|response|resp|token|model)_){0,3}usage_(?:details_)?(\w+)$/;

/**
 * Brings every spelling of a name to one: `promptTokens`, `Prompt tokens`, `"prompt-tokens"`, `:prompt_tokens`.
 *
 * @param name - as printed.
 * @returns lower case words joined by underscores; empty for what is too long to be a name.
 */
export function plainName(name: string): string {
  return name.length > LONGEST_NAME ? '' : remembered(PLAIN, name, spelled);
}

/** The same names come again and again in a text. */
const MOST_REMEMBERED = 1_000;
const PLAIN = new Map<string, string>();
const WORDS = new Map<string, Meaning>();
const PHRASES = new Map<string, Meaning>();

function remembered<Value>(
  known: Map<string, Value>,
  name: string,
  valueOf: (name: string) => Value
): Value {
  const value = known.get(name) ?? valueOf(name);
  if (known.size >= MOST_REMEMBERED) {
    known.clear();
  }
  known.set(name, value);
  return value;
}

function spelled(name: string): string {
  return inEnglish(name)
    .replace(/([a-z\d])([A-Z])/g, '$1_$2')
    .toLowerCase()
    .replace(/[^a-z\d\u4e00-\u9fff]+/g, '_')
    .replace(/(^|_)tko?n?(s?)(?=_|$)/g, '$1token$2')
    .replace(/(^|_)tok(s?)(?=_|$)/g, '$1token$2')
    .replace(/(^|_)(prompt|input|output|completion|total)(?=tokens?(?:_|$))/g, '$1$2_')
    .replace(/^_|_$/g, '');
}

/** Names as Chinese users write them in their own prints. */
const CHINESE: readonly (readonly [RegExp, string])[] = [
  [/输入|提示词?|请求/g, ' input '],
  [/输出|补全|生成|回复|响应/g, ' output '],
  [/缓存(?:命中|读取)?/g, ' cached '],
  [/推理|思考/g, ' reasoning '],
  [/总计?|合计|一共/g, ' total '],
  [/(?:token|令牌|词元)s?\s*(?:数量?|用量|消耗|使用量)?/gi, ' tokens ']
];

function inEnglish(name: string): string {
  return /[\u4e00-\u9fff]/.test(name)
    ? CHINESE.reduce((text, [pattern, word]) => text.replace(pattern, word), name)
    : name;
}

/**
 * What a name means.
 *
 * @param name - by `plainName`.
 * @param isPhrase - the name was printed as words of running text or as a path, where other words may stand before it.
 */
export function meaningOf(name: string, isPhrase: boolean): Meaning {
  return isPhrase
    ? remembered(PHRASES, name, one => understood(one, true))
    : remembered(WORDS, name, one => understood(one, false));
}

function understood(name: string, isPhrase: boolean): Meaning {
  const text = Object.hasOwn(TEXTS, name) ? TEXTS[name] : undefined;
  if (text !== undefined) {
    return { ...NOTHING, text };
  }
  const role = ROLES.get(name);
  if (role !== undefined) {
    return { ...NOTHING, role };
  }
  if (Object.hasOwn(SHORT, name)) {
    return { ...NOTHING, role: SHORT[name], isShort: true };
  }
  const fresh = FRESH.exec(name)?.[1];
  if (fresh !== undefined && (ROLES.get(fresh) ?? SHORT[fresh]) === 'input') {
    return { ...NOTHING, role: 'miss' };
  }
  const bare = ROLES.get(name.replace(/^(?:n|nb|num|count)_|_(?:usage|used|num)$/g, ''));
  if (bare !== undefined) {
    return { ...NOTHING, role: bare };
  }
  const inUsage = IN_USAGE.exec(name)?.[1];
  if (inUsage !== undefined) {
    return meaningOf(inUsage, false);
  }
  const built = builtRole(name);
  if (built !== undefined) {
    return { ...NOTHING, role: built };
  }
  return summed(name) ?? (isPhrase ? inPhrase(name) : NOTHING);
}

function inPhrase(name: string): Meaning {
  const meaning = atTheEnd(name);
  const bare = name.replace(ABOUT, '');
  const isOther = name.split('_').some(word => OTHER_FIGURES.has(word));
  const isNamed = meaning.role === undefined && bare !== name && !isOther;
  return isNamed ? (summed(bare) ?? atTheEnd(bare)) : meaning;
}

/** `prompt_tokens_for_report_pdf`: what the call was about stands behind the name. */
const ABOUT = /_(?:used_)?(?:for|of|in|by|from|on)_.*$/;

/** Whether a name says that what it names sums up several calls. */
export function namesSum(name: string): boolean {
  return (
    name.split('_').some(word => SUMS.test(word)) ||
    /^usage_(?:in|ex)cluding|^llm_output$/.test(name)
  );
}

/** `total_input_tokens`, `Total prompt tokens`: the first word makes it a sum. */
function summed(name: string): Meaning | undefined {
  const cut = name.indexOf('_');
  const role =
    cut > 0 && SUMS.test(name.slice(0, cut))
      ? (ROLES.get(name.slice(cut + 1)) ?? builtRole(name.slice(cut + 1)))
      : undefined;
  return role === undefined ? undefined : { ...NOTHING, role, isSum: true };
}

/** `Number of input tokens`, `s prompt_tokens`, `response.usage.output_tokens`: the name is what the words end with. */
function atTheEnd(name: string): Meaning {
  const words = name.split('_');
  while (words.length > 2 && ['used', 'count', 'usage'].includes(words[words.length - 1])) {
    words.pop();
  }
  for (let from = 0; from < words.length; from += 1) {
    const end = words.slice(from).join('_');
    const role = ROLES.get(end) ?? (Object.hasOwn(SHORT, end) ? SHORT[end] : undefined);
    const meaning = end === name || from === words.length - 1 ? undefined : summed(end);
    if (role !== undefined || meaning !== undefined) {
      const isSum = words.slice(0, from).some(word => SUMS.test(word)) || meaning?.isSum === true;
      return {
        ...NOTHING,
        role: role ?? meaning?.role,
        isShort: role !== undefined && !ROLES.has(end),
        isSum
      };
    }
    if (OTHER_FIGURES.has(words[from])) {
      return NOTHING;
    }
  }
  return NOTHING;
}
