/**
 * Lines whose figures do not follow their names by a colon or an equals sign, rewritten so that they do.
 *
 * People print usage in layouts (`Input tokens ....... 12`), in brackets (`Tokens (input): 12`), as markup and in the status
 * lines of command line tools. The reader of structures knows one form: a name, a sign, a figure.
 */

import { inOneDialect } from './dialects';
import { withPlainNumbers } from './numerals';
import { withPlainPairs } from './pairs';
import { meaningOf, plainName } from './vocabulary';

const LONGEST_LINE = 1_000;
/** Markup in Markdown and in answers. */
const INLINE =
  /<\/?(?:sub|sup|b|i|u|em|strong|small|span|font|code|kbd|br|p|div|details|summary)\b[^<>\n]{0,200}>/gi;
const SIDE = '(input|output|prompt|completion|in|out|total|cached|reasoning)';
const TOKENS_OF = new RegExp(`\\btokens? ?[([]${SIDE}[)\\]]`, 'gi');
/** `usage := {`, and figures in code spans. */
const ASSIGNED = /\s?:=(?=\s)/g;
const TICKED = /`(\d[\d,]{0,14})`/g;
/** `Prompt tokens: {12}`: a set of one figure. */
const SET_OF_ONE = /(?<=\btokens?:? ?)\{(\d{1,12})\}/gi;
/** Markdown's `_12 tokens in_`. */
const EMPHASIS = /(?<!\w)_(?=\d)|(?<=[a-z])_(?=\s|$)/gim;
/** `**prompt_tokens** 12`, and `["Prompt tokens: 12", "Completion tokens: 34"]`. */
const BOLD = /(\*\*|__)([\p{L}][\p{L}\d _]{1,40})\1[ \t]+(?=\d)/gu;
const TEXT_ITEM = /(["'])([\w #]{0,30}tok[\w ]{0,20}\s?[:=]\s?\d[\d,]{0,14})\1/gi;
/** `Metric: Input tokens; Value: 12`. */
const VALUE_OF =
  /\b(?:metric|name|key|field|type)\s?[:=]\s?([\w ]{2,40})[;,|]\s*(?:value|count|amount)\s?[:=]\s?(?=\d)/gi;
/** `12tok`: the unit joined to its figure. */
const JOINED = /(?<![\w.,])(\d[\d,]{0,14})(?: ?(?:tok(?:en)?s?|tkn?s?)|t)(?![a-z/])/gi;
/** `usage -> {"input": 12, "output": 34}`: an arrow between a usage and its name. */
const POINTED = /(\b(?:usage|tokens?|tok)\b)[ \t]*(?:→|⇒|➜|[-=]{1,2}>)[ \t]*(?=[{([]|\w+\()/gi;
/** `Input tokens [12]`. */
const IN_BRACKETS = /(\btok(?:en)?s?) ?[[(](\d[\d,]{0,14})[\])]/gi;
const SIDE_IN = new RegExp(`\\b${SIDE} ?[([](?:tokens?|toks?)[)\\]]`, 'gi');
/** `Prompt tokens ......: 12`. */
const LEADERS = /[ \t]{0,4}(?<!\.)\.{2,80}[ \t]{0,4}[:=](?=[ \t]{0,8}\d)/g;
/** A name and a figure with a layout between them. */
const LAID_OUT =
  /^([^\p{L}\d#]{0,8})([\p{L}#][\p{L}\d #/_.-]{1,48}?)(?:[ \t]*[–—]+[ \t]*|[ \t]+-{1,2}[ \t]+|[ \t]*\.{2,}[ \t]*|[ \t]*(?:→|⇒|-{1,2}>)[ \t]*|[ \t]{2,}|\t|,)(\d[\d,]{0,14})((?:[ \t]*(?:tokens?|toks?))?[ \t]*(?:\||$))/u;
/** `Input tokens: 12 (+ 30 cache write, + 40 cache read)`. */
const BESIDE =
  /\b(?:(?:input|prompt)(?: tokens?)?|tokens in)\s?[:=]\s{0,8}(\d[\d,]{0,14}) \(\+ ?(\d[\d,]{0,14} cache[^\d()\n]{0,20}(?:\+ ?)?)/gi;
/** `Input tokens: 12 + 34 cached`. */
const CACHE_ADDED =
  /\b(?:input|prompt)(?: tokens?)?\s?[:=]\s?(\d[\d,]{0,14}) ?\+ ?(\d[\d,]{0,14} cached)\b/gi;
/** `(12 read from cache, 34 written)`. */
const FROM_CACHE =
  /(?<![\w.,])(\d[\d,]{0,14}) (?:read |hit |taken |served )?(?:from|in) (?:the )?cache(?:(, | and )(\d[\d,]{0,14}) (?:written|created|stored)(?: to (?:the )?cache)?)?/gi;
/** `Input tokens (cache read): 12`: what is in the brackets is the name. */
const SHARE_OF =
  /\b(?:(?:input|prompt|output|completion) )?tokens? \((cache[ _-]?(?:read|write|creation|hit)s?|cached|reasoning|thinking|thoughts)\)(?=\s?[:=]\s{0,8}\d[\d,]{0,14}(?![\d,]| ?\())/gi;
/** `Cached tokens (hits): 12`. */
const ASIDE_NAME = /(\btokens?) \([a-z ]{2,20}\)\s?:(?=\s*\d)/gi;
/** `Prompt tokens (cached): 12 (8)`: a share as its name stands behind the name of its side. */
const SHARE_NAMED =
  /(\btokens?) \((cached|cache read|reasoning|thinking)\)(\s?[:=]\s?\d[\d,]{0,14}) \((\d[\d,]{0,14})\)/gi;
/** `Cached tokens: 12 read, 34 write`, `cache read 12, write 34`. */
const CACHE_SIDES =
  /\bcached?(?: ?tokens?)?[*_ ]{0,4}[:=][*_ ]{0,4}(\d[\d,]{0,14}) (?:read|hits?)\b(?:( ?[,/|+·] ?)(\d[\d,]{0,14}) (?:writes?|written|creat(?:e|ed|ion))\b)?/gi;
const CACHE_TURNED =
  /(\bcache[ _-]?(?:read|hit)s?[ :=]{1,2}\d[\d,]{0,14} ?[,/|+·] ?)(?=(?:writes?|written|creat(?:e|ed|ion))[ :=]{1,2}\d)/gi;
/** `12 in + 34 cached + 56 out`: what was in the cache stands beside what was not. */
const THREE_ADDED =
  /(?<![\w.,])(\d[\d,]{0,14}) (?:in|input)(?: tokens?)? ?\+ ?(\d[\d,]{0,14}) cached(?: tokens?)? ?\+ ?(\d[\d,]{0,14}) (?:out|output)\b/gi;
/** `Prompt: 81.2 t/s (12 tokens)`: a speed between a name and its figure. */
const SPEED_BEFORE =
  /\b(prompt|input|gen|generat(?:ion|ed)|output|completion)\b([^\w\n]{1,8})\d[\d.,]{0,12} ?(?:tokens?|toks?|t)\/s(?:ec)?,? ?\((\d[\d,]{0,14}) ?tok(?:en)?s?\)/gi;
/** `12in + 34out`, and `12 prompt, 34 completions`. */
const UNITED = /(?<![\w.,])(\d[\d,]{0,14})(in|out|cached?)\b/gi;
const PLURAL =
  /(?<![\w.,])(\d[\d,]{0,14} prompt(?: tokens?)?[,;+/& ]{1,3}(?:and )?\d[\d,]{0,14} completion)s\b/gi;
/** `12 of 34 input tokens read from the cache`. */
const CACHED_OF =
  /(?<![\w.,])(\d[\d,]{0,14}) ?(?:of|out of|\/) ?(?:the )?(\d[\d,]{0,14}) ((?:input|prompt) tokens?)(?=[^.;:\n\d]{0,30}cache)/gi;
/**
 * A text with every labelled figure behind a sign.
 *
 * @param text - without terminal codes.
 */
export function withSigns(text: string): string {
  const plain = inOneDialect(withPlainPairs(withPlainNumbers(text).replace(INLINE, ' ')))
    .replace(SHARE_OF, '$1 tokens')
    .replace(SHARE_NAMED, '$1$3 ($2: $4)')
    .replace(TOKENS_OF, '$1 tokens')
    .replace(SIDE_IN, '$1 tokens')
    .replace(ASSIGNED, ':')
    .replace(TICKED, '$1')
    .replace(SET_OF_ONE, '$1')
    .replace(EMPHASIS, '')
    .replace(BOLD, '$2: ')
    .replace(TEXT_ITEM, '$2')
    .replace(VALUE_OF, '$1: ')
    .replace(JOINED, '$1 tokens')
    .replace(POINTED, '$1: ')
    .replace(IN_BRACKETS, '$1: $2')
    .replace(
      BESIDE,
      (_, input: string, rest: string) =>
        `uncached input tokens: ${input} (${rest.replace('+', '')}`
    )
    .replace(CACHE_ADDED, 'uncached input tokens: $1, $2')
    .replace(CACHE_SIDES, cacheSides)
    .replace(CACHE_TURNED, '$1cache ')
    .replace(THREE_ADDED, 'uncached input tokens: $1, cached tokens: $2, output tokens: $3')
    .replace(SPEED_BEFORE, speedBefore)
    .replace(UNITED, '$1 $2, ')
    .replace(PLURAL, '$1')
    .replace(FROM_CACHE, fromCache)
    .replace(ASIDE_NAME, '$1:')
    .replace(CACHED_OF, '$3: $2 (cached tokens: $1)')
    .replace(LEADERS, ':');
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

function speedBefore(_: string, name: string, between: string, figure: string): string {
  return `${/^gen/i.test(name) ? 'output' : name} tokens${between}${figure} tokens`;
}

function cacheSides(_: string, read: string, between?: string, write?: string): string {
  return write === undefined
    ? `cached tokens: ${read}`
    : `cached tokens: ${read}${between ?? ', '}cache write tokens: ${write}`;
}

function fromCache(_: string, read: string, between?: string, write?: string): string {
  return write === undefined
    ? `${read} cache read`
    : `${read} cache read${between ?? ', '}${write} cache write`;
}
