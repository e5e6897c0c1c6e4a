/**
 * Figures of a line that no words name: sums that prove themselves, and pairs in the order that every call has.
 */

import { labelsIn } from './labels';
import type { Role } from './vocabulary';

/** Figures by what they mean. */
export type Figures = ReadonlyMap<Role, number>;

/** `12+34=46`, `12 prompt + 34 completion = 46`: a sum that proves itself. */
const SUM =
  /(?<![\w.,])(\d[\d,]{0,11}) {0,3}\(?([a-z]{0,12})\)?(?: tokens?)? {0,3}\+ ?(\d[\d,]{0,11}) {0,3}\(?([a-z]{0,12})\)?(?: tokens?)? {0,3}= ?(\d[\d,]{0,11})(?![\w.,]*\d)/i;
const SHARES =
  /(?<![\w.,/])(\d[\d,]{0,11})(?: tok(?:en)?s?)? ?[(=:] ?(\d[\d,]{0,11}) ?[+/→] ?(\d[\d,]{0,11}) ?(?:\)|$)/i;
const ROW = /(?<![\w.,/])(\d[\d,]{0,11}) ?\/ ?(\d[\d,]{0,11}) ?\/ ?(\d[\d,]{0,11})(?![\w.,/]*\d)/;
/** `tokens=12+34`: what was sent, and what came. */
const PLUS =
  /(?:\btok(?:en)?s?(?: ?(?:使用量?|用量|消耗|used|usage))?|\busage|用量)\s?[:=]\s?(\d{1,9})\s?\+\s?(\d{1,9})(?![\w.,]*\d|\s?[+=])/i;
/** `gpt-5: 12 → 34 tokens`, `call 1: 12+34 tokens`: what went in, and what came. */
const ARROW =
  /(?:\b(?:llm|model|chat|api|call|request|completions?|anthropic|openai)\b|\b(?:gpt|claude|gemini|mistral|llama|qwen|deepseek)[-\d])[^→\n]{0,120}?(?<![\w.,$→#-])(\d[\d,]{0,11})(?: tok(?:en)?s?)? ?[→+] ?(\d[\d,]{0,11}) ?tok/i;

/** `12+34 tokens · 1.2s`, `(12+34 tok, $0.01)`: beside what a call took or cost, which is `~` when it was taken out. */
const ASIDE = String.raw`(?:~|(?<![\w.])\d+(?:\.\d+)? ?m?s\b|[$€¥] ?\d)`;
const ADDED = String.raw`(?<![\w.,+$])(\d[\d,]{0,11}) ?\+ ?(\d[\d,]{0,11}) ?tok(?:en)?s?(?![a-z/])`;
/** A text that was made shorter has an arrow as well, and so have counts of anything that changes. */
const SHORTENED =
  /comp(?:act|ress)|trim|reduc|trunc|summari[sz]|shr[iu]nk|sav(?:ed?|ing)|optimi|filter|dedup|prun|swap|rewr|clean|strip|upgrad|resiz|context|histor|messages?\b|chunks?|vocab|before|after|limit|budget|max|压缩|裁剪|截断|%/i;
/** `12 → 34 tokens`: at the beginning of a line or a part of it, or beside a cost or a duration. */
const POINTS = String.raw`(?<![\w.,$→#-])(\d[\d,]{0,11}) ?→ ?(\d[\d,]{0,11}) ?tok(?:en)?s?(?![a-z/])(?! ?→)`;
const POINTED = new RegExp(
  `(?:^\\W*|[·|.?!)] +)${POINTS}|${POINTS}.*${ASIDE}|${ASIDE}.*?${POINTS}`,
  'iu'
);
/** `[12+34 tok]`. */
const BOXED = /[[(](\d[\d,]{0,11}) ?\+ ?(\d[\d,]{0,11}) ?tok(?:en)?s?[\])]\W*$/i;
const TIMED = new RegExp(`${ADDED}.*${ASIDE}|${ASIDE}.*?${ADDED}`, 'i');
/** `12+34 tokens used`, `usage: 12 → 34 tokens`, `How many? 12 → 34 tokens`. */
const SPENT =
  /(?:(?<![\w-])usage|用量)\s?[:=\s]\s?(\d[\d,]{0,11}) ?→ ?(\d[\d,]{0,11}) ?tok|[?？]\s{1,4}(\d[\d,]{0,11}) ?→ ?(\d[\d,]{0,11}) ?tok|(?<![\w.,+])(\d[\d,]{0,11}) ?\+ ?(\d[\d,]{0,11}) ?tok(?:en)?s? (?:used|spent|consumed)/i;
/** `Tokens: 12 → 34 ($0.01)`: beside a cost or a duration, both of which are `~` where they were taken out. */
const LED =
  /(?:\btok(?:en)?s?(?: used)?|\busage)\s?[:=\s]\s?(\d[\d,]{0,11}) ?→ ?(\d[\d,]{0,11})(?![\w.,]*\d)(?=.*[~$€¥])|[~$€¥].*(?:\btok(?:en)?s?|\busage)\s?[:=\s]\s?(\d[\d,]{0,11}) ?→ ?(\d[\d,]{0,11})(?![\w.,]*\d)/iu;
/** `📝 12 | 🤖 34 | Σ 46`: a total that is named and proves both others. */
const TOTALLED =
  /(?<![\w.,])(\d[\d,]{0,11})(?: ?tok(?:en)?s?)?[^\p{L}\d.=]{1,8}(\d[\d,]{0,11})(?: ?tok(?:en)?s?)?[^\p{L}\d.]{1,8}(?:total|Σ|∑)[^\p{L}\d]{0,4}(\d[\d,]{0,11})(?![\w.,]*\d)/iu;

/** Whether a line may have such figures. */
export function mayBeUnnamed(line: string): boolean {
  return [SUM, SHARES, PLUS, ROW, ARROW, SPENT, TIMED, POINTED, BOXED, LED, TOTALLED].some(
    pattern => pattern.test(line)
  );
}

/** Such figures of a line; undefined where it has none. */
export function unnamedFigures(line: string): Figures | undefined {
  return (
    bySum(line) ??
    byShares(line) ??
    byPair(line, PLUS) ??
    byPair(line, ARROW) ??
    byPair(line, SPENT) ??
    byPair(line, TIMED) ??
    byPair(line, BOXED) ??
    (SHORTENED.test(line) ? undefined : (byPair(line, POINTED) ?? byPair(line, LED)))
  );
}

function bySum(line: string): Figures | undefined {
  const [, first, word, second, otherWord, total] = SUM.exec(line) ?? [];
  const [one, other, sum] = [first, second, total].map(shown => Number(shown?.replaceAll(',', '')));
  const role = roleOf(word);
  const otherRole = roleOf(otherWord);
  if (one + other !== sum || role === null || otherRole === null) {
    return undefined;
  }
  const isTurned = role === 'output' || otherRole === 'input';
  return new Map<Role, number>([
    ['input', isTurned ? other : one],
    ['output', isTurned ? one : other],
    ['total', sum]
  ]);
}

/** `46 tokens (12 + 34)`, `12/34/46`: figures without names that prove each other. */
function byShares(line: string): Figures | undefined {
  const [, whole, ...parts] = SHARES.exec(line) ?? [];
  const [, first, second, last] = ROW.exec(line) ?? TOTALLED.exec(line) ?? [];
  const [total, input, output] = [whole ?? last, parts[0] ?? first, parts[1] ?? second].map(shown =>
    Number(shown?.replaceAll(',', ''))
  );
  return input > 0 && input + output === total
    ? new Map<Role, number>([
        ['input', input],
        ['output', output],
        ['total', total]
      ])
    : undefined;
}

function byPair(line: string, pattern: RegExp): Figures | undefined {
  const [input, output] = pattern.exec(line)?.slice(1).filter(Boolean) ?? [];
  return input === undefined
    ? undefined
    : new Map<Role, number>([
        ['input', Number(input.replaceAll(',', ''))],
        ['output', Number(output.replaceAll(',', ''))]
      ]);
}

/** The side that a word names; undefined for no word, null for one that names none. */
function roleOf(word = ''): Role | null | undefined {
  if (word === '' || /^tok(?:en)?s?$/i.test(word)) {
    return undefined;
  }
  return labelsIn(word).at(0)?.role ?? null;
}
