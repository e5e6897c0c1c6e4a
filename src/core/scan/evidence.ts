/**
 * What on a line shows that it speaks of a call, whatever its figures are named: a model, a word for a call, a cost, a duration.
 */

/** A model by its id, beside figures without a unit. */
export const MODEL =
  /(?<![\w-])(?:gpt-\d|o[134]-(?:mini|pro|preview)|claude(?:-[\w.]+| (?=[(:]))|gemini(?:-\d| (?=[(:]))|llama-?\d|mistral-|mixtral-|qwen[\d-]|deepseek-|grok-\d|command-r)[\w.:-]*|\b(?:api|llm) (?:call|request) ?#?\d+(?=[:\])])/i;

/** A word for what was asked or answered, or for who answered. */
export const WORD_OF_CALL =
  /\b(?:llm|model|chat|api|calls?|requests?|completions?|anthropic|openai|agent|assistant|repl(?:y|ied)|answer(?:ed)?|responses?|finish(?:_reason|ed)?|stop_reason|turn|retries)\b|\b(?:gpt|claude|gemini|mistral|llama|qwen|deepseek|haiku|sonnet|opus)\b|调用|模型|请求/i;

/** What a call took or cost, which is `~` where it was taken out. */
export const ASIDE = /~|(?<![\w.])\d+(?:\.\d+)? ?m?s\b|[$€¥] ?\d/;
