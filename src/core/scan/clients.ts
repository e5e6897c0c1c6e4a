/**
 * The table of LLM clients, calls and addresses that is searched for in the source of a cell.
 *
 * Sources: the documentation of ellmer, tidyllm, httr and httr2, ollamar (R); OpenAI.jl, PromptingTools.jl, HTTP.jl (Julia);
 * openai, @anthropic-ai/sdk, ollama, ai, @google/genai (JavaScript); openai, anthropic, google-genai, litellm, ollama,
 * LangChain (Python). Embeddings are left out, because they print no answer.
 */

/** Functions and methods that call an LLM, whatever stands before them. */
export const CALLS = new RegExp(
  [
    String.raw`\.(?:(?:chat\.)?completions|responses|messages)\.(?:create|stream|parse)\s*\(`,
    String.raw`\b(?:generate_content(?:_stream)?|generateContent(?:Stream)?)\s*\(`,
    String.raw`\b(?:aigenerate|aiextract|aiclassify|create_chat|create_chat_completion)\s*\(`,
    String.raw`\ba?ai!?"\d`,
    String.raw`\b(?:generateText|streamText|generateObject|streamObject)\s*\(`,
    String.raw`\bollamar?(?:\.|::)(?:chat|generate)\s*\(`,
    String.raw`\blitellm\.a?completion\s*\(`,
    String.raw`\bllm_message\s*\([\s\S]*\b(?:send_)?chat\s*\(`
  ].join('|')
);

/** What makes a client. */
export const CLIENTS = new RegExp(
  [
    String.raw`\b(?:Async)?(?:Azure)?OpenAI\s*\(`,
    String.raw`\b(?:Async)?(?:Anthropic|Groq|Mistral|Ollama|Cohere)(?:AI|Client)?\s*\(`,
    String.raw`\b(?:GoogleGenAI|GenerativeModel|genai\.Client)\s*\(`,
    String.raw`\bChat(?:OpenAI|Anthropic|Ollama|Groq|Google\w*|Mistral\w*|Bedrock\w*|DeepSeek|Tongyi|ZhipuAI)\s*\(`,
    String.raw`\bchat_(?:anthropic|aws_bedrock|azure_openai|claude|cloudflare|databricks|deepseek|github)\s*\(`,
    String.raw`\bchat_(?:google_\w+|groq|huggingface|lmstudio|mistral|ollama|openai\w*)\s*\(`,
    String.raw`\bchat_(?:openrouter|perplexity|portkey|snowflake|vllm)\s*\(`,
    String.raw`\bellmer::chat\s*\(`
  ].join('|')
);

/** Methods by which a client is asked. */
const METHODS =
  'chat(?:_async|_structured|_structured_async)?|stream(?:_async)?|extract_data|a?invoke|generate|complete|completion|ask|' +
  'send|sendMessage(?:Stream)?|send_message|predict|prompt|a?call|run|query';

/** A client's method is called. */
export const METHOD = new RegExp(String.raw`[.$]\s*(?:${METHODS})\s*\(`);

/** What sends an HTTP request. */
export const SENDERS =
  /\b(?:req_perform\w*|POST|HTTP\.(?:post|request|open)|fetch|axios(?:\.post)?|urlopen|curl\w*)\b|\.post\s*\(/;

const HOSTS =
  /api\.(?:openai|anthropic|deepseek|groq|perplexity|fireworks|cohere)\.(?:com|ai)|api\.(?:mistral|x|together|cohere)\.(?:ai|xyz)|\.openai\.azure\.com|(?:generativelanguage|aiplatform)\.googleapis\.com|bedrock-runtime\.|openrouter\.ai|dashscope[\w-]*\.aliyuncs\.com|open\.bigmodel\.cn|api\.moonshot\.cn|\.volces\.com|qianfan\.baidubce\.com|api\.siliconflow\.cn/;
const PATHS =
  /\/(?:chat\/)?completions\b|\/v1\/(?:messages|responses)\b|\/api\/(?:chat|generate)\b|:(?:streamG|g)enerateContent\b/;
/** Other things that the same hosts serve. */
const OTHER = /\/(?:embeddings?|models|files|images|audio|batches|fine_tuning)\/?(?:$|[?"'\s])/;

/** Whether a text is or holds the address of an LLM API. */
export function isAddress(text: string): boolean {
  return (HOSTS.test(text) || PATHS.test(text)) && !OTHER.test(text);
}

/**
 * Whether a statement asks a client that is held under a name: `client.chat(...)`, `chat$stream(...)`.
 *
 * @param statement - by `readSource`.
 * @param name - of letters, digits, `_` and `.`.
 */
export function asks(statement: string, name: string): boolean {
  const chain = String.raw`(?:[.$]\w+(?:\([^()]*\))?)*?`;
  return new RegExp(`${alone(name)}${chain}[.$](?:${METHODS})\\s*\\(`).test(statement);
}

/** Whether a name is called as a function. */
export function isCalled(statement: string, name: string): boolean {
  return new RegExp(String.raw`${alone(name)}\s*\(`).test(statement);
}

/** Whether a name stands in a statement. */
export function mentions(statement: string, name: string): boolean {
  return new RegExp(String.raw`${alone(name)}(?!\w)`).test(statement);
}

function alone(name: string): string {
  return `(?<![\\w.$])${name.replace(/\./g, '\\.')}`;
}
