/**
 * Lines whose figures do not follow their names by a colon or an equals sign, rewritten so that they do.
 *
 * People print usage in layouts (`Input tokens ....... 12`), in brackets (`Tokens (input): 12`), as markup and in the status
 * lines of command line tools. The reader of structures knows one form: a name, a sign, a figure.
 */

import { meaningOf, plainName } from './vocabulary';

const LONGEST_LINE = 1_000;
/** Digits in groups, by the separators of number formats: no-break spaces, the Swiss apostrophe. */
const GROUPS = /(?<![\w.,'])\d{1,3}(?:[\u00a0\u202f\u2009\u2019']\d{3})+(?![\d'])/g;
/** Python's and Rust's own way to group: `12_345`. */
const UNDERSCORED = /(?<![\w.])\d{1,3}(?:_\d{3})+(?!\w)/g;
/** `Tokens: 12 345`: a space between groups, where the figure ends the line or a cell. */
const SPACED = /([:=][ \t]*)(\d{1,3}(?: \d{3})+)(?=[ \t]*(?:\n|$|[|,;]))/g;
const ELEMENT = /<([A-Za-z_]\w{1,40})>\s{0,20}(\d[\d,]{0,15})\s{0,20}<\/\1>/g;
/** Markup in Markdown and in answers. */
const INLINE =
  /<\/?(?:sub|sup|b|i|u|em|strong|small|span|font|code|kbd|br|p|div|details|summary)\b[^<>\n]{0,200}>/gi;
const SIDE = '(input|output|prompt|completion|in|out|total|cached|reasoning)';
const TOKENS_OF = new RegExp(`\\btokens? ?[([]${SIDE}[)\\]]`, 'gi');
/** `**prompt_tokens** 12`, and `["Prompt tokens: 12", "Completion tokens: 34"]`. */
const BOLD = /(\*\*|__)([\p{L}][\p{L}\d _]{1,40})\1[ \t]+(?=\d)/gu;
const TEXT_ITEM = /(["'])([\w #]{0,30}tok[\w ]{0,20}\s?[:=]\s?\d[\d,]{0,14})\1/gi;
/** `Metric: Input tokens; Value: 12`. */
const VALUE_OF =
  /\b(?:metric|name|key|field|type)\s?[:=]\s?([\w ]{2,40})[;,|]\s*(?:value|count|amount)\s?[:=]\s?(?=\d)/gi;
/** `12tok`: the unit joined to its figure. */
const JOINED = /(?<![\w.,])(\d[\d,]{0,14})(?:tok(?:en)?s?|tkn?s?)(?![a-z])/gi;
/** `prompt_tokens="12"`: attributes of markup, and logs that quote every value. */
const QUOTED = /(?<=[\w.-]tok(?:en)?s?\w{0,20}\s?=\s?)(["'])(\d[\d,]{0,14})\1/gi;
/** `int(12)`, `np.int64(12)`, `Some(12)`: a figure that is printed with its type. */
const TYPED =
  /(?<=[:=>]\s{0,8})(?:\w{1,12}\.)?(?:u?int(?:eger)?\d{0,3}|long|number|Some|Just|Ok)\((\d[\d,_]{0,14})\)/gi;
/** `usage -> {"input": 12, "output": 34}`: an arrow between a usage and its name. */
const POINTED = /(\b(?:usage|tokens?|tok)\b)[ \t]*(?:→|⇒|➜|[-=]{1,2}>)[ \t]*(?=[{([]|\w+\()/gi;
/** `response["usage"]["prompt_tokens"] = 12`: a path in brackets is one with dots. */
const SUBSCRIPTS = /(?<!\w)\w{1,60}(?:\[(["'])\w{1,40}\1\]){1,6}(?=[ \t]*[=:])/g;
/** `Input tokens [12]`. */
const IN_BRACKETS = /(\btok(?:en)?s?) ?[[(](\d[\d,]{0,14})[\])]/gi;
const SIDE_IN = new RegExp(`\\b${SIDE} ?[([](?:tokens?|toks?)[)\\]]`, 'gi');
/** A name and a figure with a layout between them. */
const LAID_OUT =
  /^([^\p{L}\d#]{0,8})([\p{L}#][\p{L}\d #/_.-]{1,48}?)(?:[ \t]*[–—]+[ \t]*|[ \t]+-{1,2}[ \t]+|[ \t]*\.{3,}[ \t]*|[ \t]*(?:→|⇒|-{1,2}>)[ \t]*|[ \t]{2,}|\t|,)(\d[\d,]{0,14})((?:[ \t]*(?:tokens?|toks?))?[ \t]*(?:\||$))/u;
/** OpenAI's Codex: the input without what was cached, the output with reasoning (codex-rs, TokenUsage). */
const CODEX =
  /\binput=(\d[\d,]{0,14}) \(\+ (\d[\d,]{0,14}) cached\) output=(\d[\d,]{0,14})(?: \(reasoning (\d[\d,]{0,14})\))?/g;
/** Anthropic's Claude Code: the input without the cache (`/cost`, "Usage by model"). */
const CLAUDE_CODE =
  /(?<![\d,])(\d[\d,]{0,14}) input, (\d[\d,]{0,14}) output, (\d[\d,]{0,14}) cache read, (\d[\d,]{0,14}) cache write/g;

/**
 * A text with every labelled figure behind a sign.
 *
 * @param text - without terminal codes.
 */
export function withSigns(text: string): string {
  const plain = text
    .replace(GROUPS, figure => figure.replace(/\D/g, ''))
    .replace(UNDERSCORED, figure => figure.replaceAll('_', ''))
    .replace(SPACED, (_, sign: string, figure: string) => sign + figure.replaceAll(' ', ''))
    .replace(INLINE, ' ')
    .replace(ELEMENT, ' $1: $2, ')
    .replace(TOKENS_OF, '$1 tokens')
    .replace(SIDE_IN, '$1 tokens')
    .replace(BOLD, '$2: ')
    .replace(TEXT_ITEM, '$2')
    .replace(VALUE_OF, '$1: ')
    .replace(JOINED, '$1 tokens')
    .replace(QUOTED, '$2')
    .replace(TYPED, '$1')
    .replace(POINTED, '$1: ')
    .replace(SUBSCRIPTS, path => path.replace(/\[["']/g, '.').replace(/["']\]/g, ''))
    .replace(IN_BRACKETS, '$1: $2')
    .replace(CODEX, codex)
    .replace(CLAUDE_CODE, claudeCode);
  return plain.split('\n').map(laidOut).join('\n');
}

function laidOut(line: string): string {
  if (line.length > LONGEST_LINE) {
    return line;
  }
  return line.replace(
    LAID_OUT,
    (whole, before: string, name: string, figure: string, behind: string) => {
      const isWords =
        name.includes(' ') || !/[ \t]{2,}|\t/.test(whole.slice(before.length + name.length));
      const { role, isShort } = meaningOf(plainName(name), true);
      const isFigure = role !== undefined && (!isShort || /tok/i.test(behind));
      return isWords && isFigure ? `${before}${name}: ${figure}${behind}` : whole;
    }
  );
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
