/**
 * What command line programs print of a call in forms of their own: the engines that run models, and coding agents.
 *
 * Their lines hold speeds beside the figures, or the cache beside the input, so they are rewritten before anything judges them.
 */

/** llama.cpp's timings, of any version: `prompt eval time = 12.00 ms / 34 tokens ( ... )`, `eval time = ... / 56 runs`. */
const PROMPT_EVAL = /^.*\bprompt eval time\s*=\s*[\d.]+ ms \/\s*(\d{1,9}) tokens\b.*$/gm;
const EVAL =
  /^.*(?<!prompt )(?<!\w)eval time\s*=\s*[\d.]+ ms \/\s*(\d{1,9}) (?:runs|tokens)\b.*$/gm;
/** OpenAI's Codex: the input without what was cached, the output with reasoning (codex-rs, TokenUsage). */
const CODEX =
  /\binput=(\d[\d,]{0,14}) \(\+ (\d[\d,]{0,14}) cached\) output=(\d[\d,]{0,14})(?: \(reasoning (\d[\d,]{0,14})\))?/g;
/** Anthropic's Claude Code: the input without the cache (`/cost`, "Usage by model"). */
const CLAUDE_CODE =
  /(?<![\d,])(\d[\d,]{0,14}) input, (\d[\d,]{0,14}) output, (\d[\d,]{0,14}) cache read, (\d[\d,]{0,14}) cache write/g;

/** What is asked of an address: `/search?in=12&out=34`. */
const QUERY = /(?<=\/[\w./-]{0,200})\?\w{1,40}=[^\s&"']{0,200}(?:&[^\s"']{0,400})?/g;

/**
 * A text with such lines as `name=figure`.
 *
 * @param text - without terminal codes.
 */
export function withoutRuntimes(text: string): string {
  const plain = text.replace(QUERY, '').replace(CODEX, codex).replace(CLAUDE_CODE, claudeCode);
  return plain.includes('eval time')
    ? plain.replace(PROMPT_EVAL, 'prompt_tokens=$1').replace(EVAL, 'completion_tokens=$1')
    : plain;
}

function codex(_: string, input: string, cached: string, output: string, reasoning = '0'): string {
  const all = count(input) + count(cached);
  return `input_tokens=${all} cached_tokens=${count(cached)} output_tokens=${count(output)} reasoning_tokens=${count(reasoning)}`;
}

function claudeCode(_: string, input: string, output: string, read: string, write: string): string {
  return `input_tokens=${count(input)} output_tokens=${count(output)} cache_read_input_tokens=${count(read)} cache_creation_input_tokens=${count(write)}`;
}

function count(shown: string): number {
  return Number(shown.replaceAll(',', ''));
}
