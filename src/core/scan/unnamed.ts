/**
 * Figures of a line that no words name: totals that prove their parts, and pairs in the order that every call has.
 *
 * A pair has a sign between its figures and the word for tokens beside them: `tokens=12/34`, `12+34 tok`, `12 → 34 tokens`. Much
 * else is printed so (a limit behind what it limits, a text before and after it was made shorter), so that something on its line
 * has to say that it is a call: its cost, its duration, its model, or a word for it.
 */

import { ASIDE, MODEL, WORD_OF_CALL } from './evidence';
import { labelsIn } from './labels';
import type { Role } from './vocabulary';

/** Figures by what they mean. */
export type Figures = ReadonlyMap<Role, number>;

const COUNT = String.raw`(?<![\w.,$#-])\d[\d,]{0,11}(?![\d,]|\.\d)`;
const TOKENS = String.raw`tok(?:en)?s?(?![a-z/])`;
/** Between three figures of which one is the sum of both others: signs, the word for tokens and the one for a total. */
const BETWEEN = String.raw`(?: ?${TOKENS})?[^\p{L}\d.]{1,8}(?:(?:total|Σ|∑|sum)[^\p{L}\d.]{0,4})?`;
const THREE = new RegExp(`(${COUNT})(?=${BETWEEN}(${COUNT})${BETWEEN}(${COUNT})(?!%))`, 'giu');
/** `12 prompt + 34 completion = 46`: a sum that proves itself. */
const SUM =
  /(?<![\w.,])(\d[\d,]{0,11}) {0,3}\(?([a-z]{0,12})\)?(?: tokens?)? {0,3}\+ ?(\d[\d,]{0,11}) {0,3}\(?([a-z]{0,12})\)?(?: tokens?)? {0,3}={1,2} ?(\d[\d,]{0,11})(?![\w.,]*\d)/i;

/** A pair with the word for tokens before it or behind it; not more than two figures. */
const PAIR = String.raw`(?<![→+/] ?)(?<!-)(${COUNT})(?: ?${TOKENS})? ?([+/→]) ?(${COUNT})(?! ?[%+/→=]|-)`;
const LED = new RegExp(
  `(?:\\b(?:tok(?:en)?s?|usage)(?: (?:used?|usage))?|用量|使用量)["']?\\s?[:=(]?\\s?["']?${PAIR}`,
  'iu'
);
const FOLLOWED = new RegExp(`${PAIR} ?${TOKENS}`, 'iu');
/** `[12+34 tok]`, at the end of what was answered. */
const IS_BOXED = /[[(]\d[\d,]* ?\+ ?\d[\d,]* ?tok(?:en)?s?[\])]\W*$/i;
/** A pair that begins its line, or a part of it. */
const BEGINS = /(?:^[^\p{L}\d]*|[·|.?!)] +|[?？]\s{1,4})\d[\d,]* ?→/u;
/** `12+34 tokens used`. */
const IS_SPENT = /\d ?tok(?:en)?s? (?:used|spent|consumed)|(?:\busage|用量)\s?[:=\s]\s?\d/i;
/** A text that was made shorter has an arrow as well, and so have counts of anything that changes. */
const SHORTENED =
  /comp(?:act|ress)|trim|reduc|trunc|summari[sz]|shr[iu]nk|sav(?:ed?|ing)|optimi|filter|dedup|prun|swap|rewr|clean|strip|upgrad|resiz|context|histor|messages?\b|chunks?|vocab|before|after|limit|budget|max|[-+] ?~|压缩|裁剪|截断|%/i;
/** What stands before a bound: `tokens used 12/100`. */
const BOUNDED = /context|ctx|window|limit|budget|max|quota|cache|hit|used|left|progress|kv\b|%/i;

/** Whether a line may have such figures; what stands beside them decides. */
export function mayBeUnnamed(line: string): boolean {
  return LED.test(line) || FOLLOWED.test(line) || (bySum(line) ?? byTotal(line)) !== undefined;
}

/** Such figures of a line; undefined where it has none. */
export function unnamedFigures(line: string): Figures | undefined {
  return /\d\D+\d/.test(line) ? (bySum(line) ?? byTotal(line) ?? byPair(line)) : undefined;
}

function bySum(line: string): Figures | undefined {
  const [, first, word, second, otherWord, total] = SUM.exec(line) ?? [];
  const [one, other, sum] = [first, second, total].map(countOf);
  const role = roleOf(word);
  const otherRole = roleOf(otherWord);
  if (one + other !== sum || role === null || otherRole === null) {
    return undefined;
  }
  const isTurned = role === 'output' || otherRole === 'input';
  return isTurned ? figures(other, one, sum) : figures(one, other, sum);
}

/** `46 tokens (12 + 34)`, `12/34/46`, `12 | 34 | Σ 46`: figures without names that prove each other. */
function byTotal(line: string): Figures | undefined {
  for (const [, ...shown] of line.matchAll(THREE)) {
    const [one, two, three] = shown.map(countOf);
    if (two > 0 && three > 0 && one === two + three) {
      return figures(two, three, one);
    }
    if (one > 0 && two > 0 && one + two === three) {
      return figures(one, two, three);
    }
  }
  return undefined;
}

function byPair(line: string): Figures | undefined {
  const led = LED.exec(line);
  const [pair, input, sign, output] = led ?? FOLLOWED.exec(line) ?? [];
  if (pair === undefined || !isOfCall(line, sign, output, led !== null)) {
    return undefined;
  }
  return figures(countOf(input), countOf(output));
}

/** Whether something says that a pair is what went in and what came. */
function isOfCall(line: string, sign: string, output: string, isLed: boolean): boolean {
  const isShown = ASIDE.test(line) || MODEL.test(line) || WORD_OF_CALL.test(line);
  if (sign === '+') {
    return isLed || isShown || IS_BOXED.test(line) || IS_SPENT.test(line);
  }
  if (sign === '/') {
    return (
      isShown && countOf(output) % 100 !== 0 && countOf(output) % 64 !== 0 && !BOUNDED.test(line)
    );
  }
  return (isShown || IS_SPENT.test(line) || (!isLed && BEGINS.test(line))) && !SHORTENED.test(line);
}

function figures(input: number, output: number, total?: number): Figures {
  const sides: [Role, number][] = [
    ['input', input],
    ['output', output]
  ];
  return new Map<Role, number>(total === undefined ? sides : [...sides, ['total', total]]);
}

function countOf(shown: string | undefined): number {
  return Number(shown?.replaceAll(',', ''));
}

/** The side that a word names; undefined for no word, null for one that names none. */
function roleOf(word = ''): Role | null | undefined {
  if (word === '' || /^tok(?:en)?s?$/i.test(word)) {
    return undefined;
  }
  return labelsIn(word).at(0)?.role ?? null;
}
