/**
 * Whether a line is about the tokens of a call.
 *
 * Words of every day (`in`, `out`, `prompt`) name figures of tokens only where something says so: the word for tokens or usage, the
 * name of a model, two names that are said together of nothing but a call, or a total that is the sum of both sides.
 */

import { MODEL } from './evidence';
import { figuresIn } from './naming';

const LONGEST_LINE = 400;
const TOKENS =
  /(?<![a-z])(?:tok(?:en)?s?|tkn?s?)(?![a-z])|トークン|토큰|词元|令牌|用量|(?:^|[^a-z\s]|(?<![a-z])(?:token|llm|api|model|call|openai|claude|gemini|the|this|total))\s{0,4}usage(?![a-z])/i;
/** A word or sign for the side that every call has. */
const OUTPUT = /\bout|completion|response|answer|received|输出|回复|[↓⬇⇣⇩⇠▼📤🔽]/iu;
/** A call with its cost, and prices by the token. */
const COST_OF_CALL = /\b(?:llm|model|api|call|request|response)\b.*[$€¥] ?\d|[$€¥] ?0\.0\d/i;
const IS_PRICE = /(?:per|\/) ?1?\d*[km]\b|per (?:million|thousand|token)|mtok/i;
/** Two names that are said together of nothing but a call. */
const SIDES =
  /^(?!.*\b(?:prompt|completion)s? ?[#[(]).*\bprompt ?[:=]? ?\d[\d,]*\b(?![.%]\d)[ ,;|/+&·•-]{1,4}(?:and )?completion ?[:=]? ?\d|\b\d[\d,]* prompt[ ,;|/+&·•-]{1,4}(?:and )?\d[\d,]* completion\b|\b\d[\d,]* in \+ +\d[\d,]* out = ?[$€¥]|\b\d[\d,]* in ?[/,|·+] ?\d[\d,]* out\b[^\w\n]{1,3}\d[\d,]* cached|\bin \d.*\bout \d.*\bcache[-_ ]?read.*\bcache[-_ ]?write|\d in ?\+ ?\d[\d,]* cached ?\+ ?\d[\d,]* out|(?:输入|提示)\D{0,3}\d.*(?:输出|生成|回复|output)\D{0,3}\d.*(?:耗时|用时)|^\W*thoughts? ?[:=] ?\d[\d,]*\W{1,4}output ?[:=] ?\d[\d,]*\W{1,4}total ?[:=] ?\d/im;
const PROVEN =
  /(?:\b(?:input|prompt)\b|输入|提示).*(?:\b(?:output|completion|response)\b|输出|生成|补全|回复).*(?:\btotal\b|总|合计|共)/i;
/** A share of a side, which nothing but a call has. */
const SHARE = /cached?\b|reasoning|thinking|思考|推理|缓存/i;
/** Both sides of calls that are counted: `12 in + 34 out over 5 requests`. */
const COUNTED =
  /\b\d[\d,]* in \+ \d[\d,]* out\b.*\b(?:requests?|calls?)\b|\b\d+ (?:calls?|requests?)\b\W{1,3}\d[\d,]{3,} in\b\W{1,3}\d[\d,]* out\b/i;
/** A text with its name, as keys and secrets are shown: `token='abc'`. */
const NAMED_TEXT = /[\w.-]+\s?[=:]\s?(["'])(?=[^"'\n]*[a-z])(?:(?!\1)[^\n]){0,200}\1/gi;
/** Prices and speeds beside the figures of a call. */
const ASIDE =
  /(?:约合?|折合|合)?\s?[$¥￥]?(?<![\d.,])\d[\d.,]{0,12}\s?(?:元|美元|美分|人民币|円)(?!\/)|(?:costs?:? ?)?[$¥€] ?\d[\d.]*(?: ?\/ ?[$¥€] ?\d[\d.]*)? ?(?:\/|per) ?\d*[km]?(?: ?(?:tok(?:en)?s?|million|thousand))?(?![a-z])|@ ?[$¥€] ?[\d.]+ ?\/ ?\w+|(?:costs?:? ?)?[$¥€] ?\d[\d.,]*(?: (?:message|session|so far|in total|total))?(?![a-z])|\b(?:tokens?|toks?|tok)\/s(?:ec)?\b:? ?\d[\d.]*|(?:\b(?:in|took) |\b\w{1,20} ?[=:] ?(?=[\d.]+ ?t))?(?<![\d.])\d[\d.]{0,20} ?(?:(?:tokens?|toks?|tok|t)\/s(?:ec)?|ms|s|sec|seconds|%)(?![\w])/gi;

/** Whether a line speaks of the tokens of calls, whatever they are. */
export function speaksOfTokens(line: string): boolean {
  return (
    namesTokens(line) ||
    SIDES.test(line) ||
    COUNTED.test(line) ||
    isModels(line) ||
    isProvenAlone(line)
  );
}

/** Whether a line has the word for tokens or usage, but not in a price alone. */
export function namesTokens(line: string): boolean {
  if (line.length > LONGEST_LINE) {
    return TOKENS.test(line);
  }
  if (!TOKENS.test(line)) {
    return false;
  }
  const plain = /[({]/.test(line) ? line : line.replace(NAMED_TEXT, ' ');
  return TOKENS.test(withoutAsides(plain));
}

/** A line without the prices and speeds that stand beside figures. */
export function withoutAsides(line: string): string {
  return line.replace(ASIDE, ' ~ ');
}

/** `gpt-5: 12 in, 34 out`, `Call cost $0.01 (12 in + 34 out)`. */
function isModels(line: string): boolean {
  return (
    line.length <= LONGEST_LINE &&
    OUTPUT.test(line) &&
    (MODEL.test(line) || COST_OF_CALL.test(line)) &&
    !IS_PRICE.test(line) &&
    hasBothSides(line.replace(MODEL, ' ~ '))
  );
}

/** `Input: 12 | Output: 34 | Total: 46`: both sides, and a total that is their sum or the shares that only a call has. */
function isProvenAlone(line: string): boolean {
  if (
    line.length > LONGEST_LINE ||
    !(PROVEN.test(line) || (SHARE.test(line) && OUTPUT.test(line)))
  ) {
    return false;
  }
  const figures = figuresIn(withoutAsides(line));
  const [input = 0, output = 0, total] = [
    figures?.get('input'),
    figures?.get('output'),
    figures?.get('total')
  ];
  const [read, reasoning] = [figures?.get('read') ?? 0, figures?.get('reasoning') ?? 0];
  const isShared = read + reasoning > 0 && read <= input && reasoning <= output;
  return input > 0 && (input + output === total || (output > 0 && isShared));
}

/**
 * Whether two figures are what a model takes and gives at most, which is round, and not what a call used.
 *
 * @param input - of a line that does not say what its figures are.
 * @param output - of the same.
 */
export function areLimits(input = 0, output = 0): boolean {
  return input >= 8_000 && output >= 4_000 && isRound(input) && isRound(output);
}

function isRound(figure: number): boolean {
  return figure % 1_000 === 0 || figure % 1_024 === 0 || figure === 1_047_576;
}

function hasBothSides(line: string): boolean {
  const figures = figuresIn(withoutAsides(line));
  return figures?.has('input') === true && figures.has('output');
}
