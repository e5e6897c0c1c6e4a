/**
 * Both sides of a call in layouts of their own, rewritten as `name: figure`: in brackets, as a sum that proves itself, as a request
 * and its response.
 *
 * The words `request` and `context` name a side only right beside the other.
 */

import { labelsIn } from './labels';

const COUNT = String.raw`\d[\d,]{0,14}`;
const TOKENS = String.raw`(?: ?tok(?:en)?s?)?`;
/** Between both sides. */
const BETWEEN = String.raw`[^\p{L}\d]{1,6}(?:and )?`;
const NAME = String.raw`[\p{L}_]{1,24}(?: [\p{L}]{2,10})?|[↑↓]`;
const ANSWER = '(?:response|generated|generation|completion|reply|answer|output)';
/** `prompt[12] / completion[34]`. */
const BRACKETED = new RegExp(
  `(?<![\\p{L}_])(${NAME}) ?[([](${COUNT})[)\\]](${BETWEEN})(${NAME}) ?[([](${COUNT})[)\\]]`,
  'gu'
);
const MAY_BE_BRACKETED = /[\p{L}_↑↓] ?[([]\d[\d,]*[)\]]/u;
/** `12 prompt_tokens + 34 completion_tokens = 46 total`. */
const ADDED = new RegExp(
  `(?<![\\w.,])(${COUNT}) {1,3}([\\p{L}_][\\p{L}_ ]{1,30}?)([^\\p{L}\\d=:]{1,6}(?:and )?)(${COUNT}) {1,3}([\\p{L}_][\\p{L}_ ]{1,30}?) ?= ?(${COUNT})(?![\\w.,]*\\d)(?: tok(?:en)?s?)?(?: total)?`,
  'giu'
);
/** `prompt 12, completion 34 = 46 total`. */
const SUMMED = /(?<=\d)((?: tok(?:en)?s?)?) ?= ?(\d[\d,]{0,14}) total\b/gi;
/** `12 prompt tokens/34 completion tokens` is no rate. */
const SLASHED =
  /(?<=\btok(?:en)?s?)\/(?=\d|(?:prompt|completion|input|output|in|out|generated|response|answer|reply|received)\b)/gi;
/** `request: 12 tokens, response: 34 tokens`, and the figures before their names. */
const REQUESTED = new RegExp(
  `\\b(?:request|context|ctx)(${TOKENS}[ :=([→>-]{1,4}${COUNT}[)\\]]?${TOKENS}${BETWEEN}${ANSWER}${TOKENS}[ :=([→>-]{1,4}\\d)`,
  'giu'
);
const REQUESTED_BEHIND = new RegExp(
  `(?<![\\w.,])(${COUNT}) \\(?(?:request|context|ctx)(${TOKENS}\\)?${BETWEEN}${COUNT} \\(?${ANSWER})\\b`,
  'giu'
);

/**
 * A text with such pairs behind signs.
 *
 * @param text - without terminal codes, in English.
 */
export function withPlainPairs(text: string): string {
  const spaced = text
    .replace(SLASHED, ' / ')
    .replace(REQUESTED, 'prompt$1')
    .replace(REQUESTED_BEHIND, '$1 prompt$2');
  const plain = MAY_BE_BRACKETED.test(spaced) ? spaced.replace(BRACKETED, bracketed) : spaced;
  return plain.includes('=') ? plain.replace(ADDED, added).replace(SUMMED, '$1, total: $2') : plain;
}

function bracketed(
  whole: string,
  input: string,
  sent: string,
  between: string,
  output: string,
  received: string
): string {
  const isPair = rolesIn(input) === 'input' && rolesIn(output) === 'output';
  return isPair ? `${input}: ${sent}${between}${output}: ${received}` : whole;
}

function added(
  whole: string,
  one: string,
  name: string,
  between: string,
  other: string,
  otherName: string,
  total: string
): string {
  const isPair = [rolesIn(name), rolesIn(otherName)].sort().join() === 'input,output';
  return isPair && countOf(one) + countOf(other) === countOf(total)
    ? `${name}: ${one}${between.replace('and ', '')}${otherName}: ${other}, total: ${total}`
    : whole;
}

/** The sides that words name. */
function rolesIn(words: string): string {
  return labelsIn(words.replaceAll('_', ' '))
    .map(({ role }) => role)
    .join();
}

function countOf(shown: string): number {
  return Number(shown.replaceAll(',', ''));
}
