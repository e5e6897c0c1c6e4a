/**
 * Leaves out the lines whose figures of tokens are not what a call used: limits, prices, averages, estimates, data sets.
 *
 * What a line is about is said by its own words, or by a heading above it. Words in a question that is printed with its call,
 * and settings and costs beside the figures, say nothing about them.
 */

import { labelsIn } from './labels';
import { IS_INTRODUCTION, IS_OTHER, IS_OTHER_TITLE, IS_PERIOD, IS_REQUEST } from './topic-words';

const LONGEST_LINE = 1_000;
const LONGEST_HEADING = 80;
const LONGEST_INTRODUCTION = 160;

/** What stands beside the figures of a call and is about itself: settings, costs, speeds, reasons, shares. */
const ASIDE = new RegExp(
  [
    String.raw`(?:(?:costs?|price)\s?[=:]?\s?)?[@×x*(]?\s?[$¥€£]\s?[\d.,]+\s?(?:\/|per)\s?[\d.,]*\s?(?:[km]|million|thousand)?\s?(?:tokens?|toks?)?`,
    // `max_tokens=256`, `rate_limit: 5`: names of code, whatever they are.
    String.raw`[A-Za-z]\w*[_.-][\w.-]*\s?[=:]\s?["']?[^\s,;|"']+`,
    String.raw`(?:(?:est(?:imated|\.)?|approx(?:imate|\.)?|total|remaining)\s(?:api\s|llm\s)?)?(?:costs?|price|budget|balance|credits?)(?:\s\w+){0,2}\s?[=:~≈]*\s?\(?[$¥€£]\s?[\d.,]+`,
    String.raw`costs? (?:unknown|n\/a|not available|unavailable)(?: ?\([^()]*\))?`,
    String.raw`(?:est(?:imated|\.)?|approx(?:\.|imately)?|about|around)\s?[=:]?\s?[$¥€£]\s?[\d.,]+`,
    String.raw`(?:(?:throughput|speed|rate)\s?[:=]?\s?)?(?:tokens?|toks?)\/s(?:ec)?\s?[:=]?\s?[\d.]+`,
    String.raw`(?:throughput|speed|rate)\s?[:=]?\s?[\d.,]+\s?(?:tokens?|toks?|t)?\s?(?:(?:\/|per)\s?s(?:ec(?:ond)?)?)?\b`,
    String.raw`[\d.,]+\s?(?:tokens?|toks?|t)\s?(?:\/|per)\s?s(?:ec(?:ond)?)?\b`,
    String.raw`\([^()\d]{0,16}[\d.]+\s?%\)`,
    String.raw`[\d.]+\s?%[^,;|()]{0,30}`,
    String.raw`(?:费用|价格|成本|花费|余额|预估费用|预计费用)\s?[:：约]?\s?[$¥￥]?\s?[\d.,]+\s?元?`,
    String.raw`(?:约合?|折合|合)?\s?[$¥￥]?\s?[\d.,]+\s?(?:元|美元|美分|人民币|円)`,
    String.raw`[$¥￥]\s?[\d.,]+`
  ].join('|'),
  'gi'
);
/** An estimate of the cost is of this call. */
const COST = /(?:estimated|est\.?|approximate) costs?|costs? estimate/gi;
/** A text that is printed beside the figures of its call ends here. */
const END_OF_TEXT =
  /^(?!.*(?:(?:prompt|completion|input|output|tokens?)\s?[:=]?\s?\d|\d (?:prompt|completion|input|output)\b).*(?:→|=>|->)).*(?:[?？]|→|=>|->|\u2026|\.\.\.|["'”’](?=\s*[:|(,-]))(?=.*\d)/;
/** Figures in brackets at the end of a line, and the last sentence with any. */
const GROUP = /^(.*\S)\s+[[(]([^()[\]]*\p{L}[^()[\]]*)[\])]\W*$/u;
const SENTENCE = /^(.*[.!。])\s+(\S.*\d.*)$/;
const QUESTION = /^(.*[?？].*?)(?:→|=>|->|[|:(—–])\s*([^?？]*\d[^?？]*)$/;
/** A figure, and a word that may name one. */
const NAMES_FIGURES =
  /^(?=.*\d).*(?:tok|usage|prompt|completion|input|output|\bin\b|\bout\b|词元|令牌|输入|输出|用量)/i;
/** Two figures. */
const SPEAKS = /\d[\d,.]*[^\d,.].*\d/;
const PRICE = /[$¥€£]\s?[\d.,]+/g;
const SENTENCE_WITH_FIGURE =
  /^(.*?)(?<![\w.,=:])\d[\d,]*(?<!,) (?:input|output|prompt|completion|in\b|out\b|tokens?\b|toks?\b)/i;
/** Words that may stand before a figure without saying anything. */
const NEUTRAL =
  /^(?:the|a|an|of|for|in|to|on|at|with|and|by|from|total|this|that|your|my|our|its|it|me|i|we|you|tokens?|toks?|usage|input|output|prompts?|completions?|about|usd|cost|call|request|response|model|llm|info|debug)$/i;
/** Words by which a sentence says what was used. */
const REPORTS =
  /^(?:us(?:ed|es|ing)|consum(?:ed|es|ing)|took|takes|cost|costs|sent|sends|received|returned|returns|generated|generating|produced|spent|billed|charged|paid|read|wrote|was|were|is|are|report(?:ed|s)|replied|answered|responded|got|gave|given|had|has|have|came|went|counted|done|finished|completed|processed|ended|made|required|recorded|logged|saved|tracked)$/i;
/** What a call took or cost, as its fields say it. */
const COSTED =
  /\bcosts?\s?[=:]\s?[$€¥]|\b(?:duration|dur|latency|elapsed|took)[=: ]{1,2}[\d.]+ ?m?s\b/i;
/** A question about figures. */
const IS_ASKED = /^.*\d.*?[a-z)] .*[a-z] ?[?？]\s*$/i;
/** What a test compares. */
const IS_WANTED = /^\s*(?:expected|want(?:ed)?|golden|reference)\b[^:=]{0,20}[:=]\s*\S/i;
const IS_FOUND = /^\s*(?:actual|got|found|received|but)\b/i;
/** `Estimated: 50 tokens. Actual: 54 tokens`. */
const GUESSED = /\b(?:estimat(?:ed?|ion)|est\.)[^\n]{1,120}?\b(?=actual(?:ly)?\b)/gi;
const STRUCTURE = /[{]|\w\(\w+=/;
/** A text with its name: what a model or a user wrote says nothing about the figures beside it. */
const NAMED_TEXT = /\w\s?[=:]\s?(["'])(?:\\.|(?!\1)[^\\\n])*\1/g;
/** The titles of blocks: marks of Markdown, rules around, nothing but words, a colon at the end. */
const TITLE = /^[\s#*=\-─━═╭┌┏|>~[]*(\p{L}[^|:.!?？]*?)[\s#*=\-─━═╮┐┓|:~\]]*$/u;
const YEAR = /(?<![\d.,])20\d\d(?:-\d\d){0,2}(?![\d.,]*\d)/g;
/** A file of settings or source, above what is in it. */
const FILE = /^\s*[#=*-]{0,4}\s*[\w./-]+\.(?:ya?ml|toml|ini|cfg|env|py|js|ts|md|rst|r):?\s*$/i;
const MOST_WORDS = 7;
/** The names of columns. */
const HEAD = /\b(?:input|prompt)\w*\s+(?:\S+\s+)?(?:output|completion)/i;
const ROW = /^\s*[\w%]+(?:\s+\d[\d.,]*){2,}\s*$/;
/**
 * A text without the lines about something else than the usage of calls.
 *
 * @param text - without terminal codes and markup.
 */
export function withoutOtherTopics(text: string): string {
  const topics = new Topics();
  return text
    .replace(GUESSED, '')
    .split('\n')
    .map(line => (topics.isOther(line) ? '' : isPlain(line) ? ownWords(line) : line))
    .join('\n');
}

/** Goes through the lines of a text and remembers the heading above them. */
class Topics {
  isOther(line: string): boolean {
    if (line.trim() === '') {
      this._isBelowOther &&= this._isFresh;
      this._isFresh = false;
      return false;
    }
    const isTitle = line.length <= LONGEST_HEADING && IS_OTHER_TITLE.test(line);
    if (isTitle && FILE.test(line)) {
      this._isBelowOther = true;
      return true;
    }
    if (isTitle || line.length <= LONGEST_INTRODUCTION) {
      this._isCompared = this._isCompared ? IS_FOUND.test(line) : IS_WANTED.test(line);
      if (this._isCompared) {
        return isWhole(line);
      }
      if (IS_INTRODUCTION.test(line) || IS_PERIOD.test(line)) {
        this._isBelowOther = this._isFresh = true;
        return true;
      }
    }
    const isShown = line.length <= LONGEST_LINE && NAMES_FIGURES.test(line);
    if (!this._isBelowOther && !isTitle && !isShown) {
      return false;
    }
    if (IS_REQUEST.test(line)) {
      return isWhole(line);
    }
    const structure = line.search(STRUCTURE);
    if (structure >= 0) {
      return this._isBelowOther || (isWhole(line) && saysOther(withoutTexts(line, structure)));
    }
    const title = titleIn(line);
    if (title !== undefined) {
      this._isBelowOther = IS_OTHER_TITLE.test(title.replace(ASIDE, ' ').replace(COST, ' '));
      this._isFresh = this._isBelowOther;
      return this._isBelowOther;
    }
    this._isFresh = false;
    return this._isBelowOther || (!isRow(line) && saysOther(line));
  }

  private _isBelowOther = false;
  /** The line above says what was expected in a test. */
  private _isCompared = false;
  /** Nothing stands between the heading and what follows. */
  private _isFresh = false;
}

/** A line for people, not a structure and not data. */
function isPlain(line: string): boolean {
  return line.length <= LONGEST_LINE && NAMES_FIGURES.test(line) && !STRUCTURE.test(line);
}

/** Whether a structure begins and ends on a line. */
function isWhole(line: string): boolean {
  const count = (pattern: RegExp): number => line.match(pattern)?.length ?? 0;
  return count(/[({[]/g) === count(/[)}\]]/g);
}

/** The words of a line before a structure in it. */
function withoutTexts(line: string, structure: number): string {
  return line.slice(0, structure).replace(NAMED_TEXT, ' ');
}

/** Rows of tables and lines without a figure are left to those who read what is around them. */
function isRow(line: string): boolean {
  return !/\d/.test(line) || ROW.test(line);
}

function saysOther(line: string): boolean {
  const own = ownWords(line.replace(ASIDE, ' ').replace(END_OF_TEXT, ' '));
  const isOfCall = COSTED.test(line);
  return IS_OTHER.test(own) || IS_ASKED.test(line) || (!isOfCall && isUnreported(own));
}

/** What a line says of its figures: without the answer of a model or the question that stands before them. */
function ownWords(line: string): string {
  const [, before, group] =
    GROUP.exec(line) ?? QUESTION.exec(line) ?? SENTENCE.exec(line) ?? ([] as string[]);
  const isText = before !== undefined && before.split(/\s+/).length >= MOST_WORDS;
  if (!isText || !namesBoth(group)) {
    return line;
  }
  const isOfTokens = /\d tok(?:en)?s?$/i.test(before) && !IS_OTHER.test(before);
  return isOfTokens ? `${group} tokens` : group;
}

/** Whether both sides of a call and two figures are in it. */
function namesBoth(text: string): boolean {
  const roles = labelsIn(text).map(({ role }) => role);
  return (
    SPEAKS.test(text.replace(PRICE, '')) && roles.includes('input') && roles.includes('output')
  );
}

/** Whether figures stand in a sentence that says of nothing that it was used. */
function isUnreported(line: string): boolean {
  const before = SENTENCE_WITH_FIGURE.exec(line)?.[1];
  const words =
    before
      ?.split(/[^\p{L}\p{N}\s'’"$%_@/-]/u)
      .at(-1)
      ?.match(/[A-Za-z][\w'-]*/g) ?? [];
  const others = words.filter(word => !/\d/.test(word) && !NEUTRAL.test(word));
  return others.length >= 2 && !words.some(word => REPORTS.test(word));
}

/** The words of a line that stands above others. */
function titleIn(line: string): string | undefined {
  const title = line.length > LONGEST_HEADING ? undefined : TITLE.exec(line)?.[1];
  const dateless = line.replace(YEAR, ' ');
  const isFigure =
    /:\s*\S|\d\s*$|=\s?\d/.test(dateless) || (/\d/.test(dateless) && !/:\s*$|^\s*[#=*]/.test(line));
  return title === undefined ||
    isFigure ||
    HEAD.test(line) ||
    title.split(/\s+/).length > MOST_WORDS
    ? undefined
    : title;
}

/** The same in the names of objects and fields. */
const OTHER_NAMES = new Set(
  (
    'sample samples demo placeholder initial template golden reference mock fake dummy fixture stub synthetic hypothetical limit limits quota quotas budget budgets pricing price prices average averages avg mean median max maximum min minimum ' +
    'estimate estimates estimated estimator expected forecast projected config configuration settings defaults thresholds ' +
    'threshold benchmark dataset sampling params parameters remaining allowance example schema properties std p50 p90 p95 p99 ' +
    'train training'
  ).split(' ')
);

/** Whether what holds a usage is by its name none of a call: `rate_limits`, `ModelPricing`, `Average usage`. */
export function namesOther(name: string): boolean {
  if (name === '') {
    return false;
  }
  const words = name.match(/[A-Z]?[a-z\d]+|[A-Z]+/g) ?? [];
  return (
    IS_FUNCTION.test(name) ||
    /^default_/.test(name) ||
    IS_MACHINE.test(name) ||
    words.some(word => OTHER_NAMES.has(word.toLowerCase()))
  );
}

/** `Disk usage`. */
const IS_MACHINE = /(?:disk|memory|cpu|gpu|ram|vram|network|bandwidth|storage|heap)[ _-]?usage$/i;

/** Functions that reckon with figures: `calculate_cost(input_tokens=31, output_tokens=52)`. */
const IS_FUNCTION = /^(?:calc|calculate|compute|get|count|price|check)_|_(?:cost|price)$/;
