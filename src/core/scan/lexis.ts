/**
 * Reads the smallest parts of printed structures: words, numbers and texts, in the spellings of Python, R, Julia and
 * JavaScript.
 *
 * It decides where each of them begins and ends, not what it means.
 */

/** What a value may be followed by; a quote before anything else is an apostrophe. */
const AFTER_STRING = new Set([...',)]}:;=> \n\r\t|+.\'"…', '']);
/** What a text may stand behind. */
export const BEFORE_STRING = new Set([...'=([{,:> \n\t|', '']);
/** Digits, in groups of three or with a fraction; short enough that reading every place of a text stays linear. */
export const NUMBER = /\d{1,3}(?:,\d{3}){1,5}(?!\d)|\d{1,16}(?:\.\d{1,20})?(?:[eE][+-]?\d{1,3})?/y;
/** A word of any language, a dotted name or a path. */
export const WORD = /[\p{L}_$][\p{L}\p{N}_.$\-/@]{0,199}/uy;
/** Words that print an absent value: Python, JSON, R, Julia, JavaScript. */
export const ABSENT = new Set([
  'None',
  'null',
  'NULL',
  'NA',
  'nothing',
  'missing',
  'undefined',
  'NaN'
]);
/** Words between a name and a number that make the number a bound and not a count. */
export const BOUNDS = new Set(
  'most least max maximum limit limited up under below over above less more fewer between'.split(
    ' '
  )
);
/** The types that R's `str` prints before a value. */
export const TYPES = new Set(['chr', 'int', 'num', 'logi', 'dbl']);
/** Types before the default of a declared name. */
export const DECLARED = new Set([
  'int',
  'float',
  'Int',
  'Int64',
  'number',
  'None',
  'Integer',
  'long'
]);
/** Words before a name in source code: what is in the brackets are defaults, not figures. */
export const DEFINING = new Set(['def', 'function', 'func', 'fn', 'class', 'fun']);
/** How far behind its name a number may stand. */
export const FARTHEST = 40;

/**
 * Where a text ends.
 *
 * @param text - in which it stands.
 * @param start - right behind its quote.
 * @param quote - the quote.
 * @returns the place of the closing quote; -1 when there is none on the line, or none where a value may end.
 */
export function stringEnd(text: string, start: number, quote: string): number {
  for (let at = start; at < text.length; at += 1) {
    const char = text[at];
    if (char === '\\') {
      at += 1;
    } else if (char === quote) {
      return AFTER_STRING.has(text[at + 1] ?? '') ? at : -1;
    } else if (char === '\n') {
      return -1;
    }
  }
  return -1;
}

/** Whether a number is followed by what makes it something other than a count: a unit, a rate, a share, a fraction. */
export function hasUnit(text: string, at: number): boolean {
  const char = text[at] ?? '';
  // R's `9L`, JavaScript's `9n`, the end of a sentence, Chinese's general measure word.
  const isSuffix = 'Ln.'.includes(char) && !/\w/.test(text[at + 1] ?? '');
  return char !== '' && char !== '个' && !isSuffix && /[\p{L}%/\d_.?]/u.test(char);
}

/** `<=`, `>=`, `!=` at an equals sign: a bound, not a figure; an arrow such as `==>` is none of them. */
export function isComparison(text: string, at: number): boolean {
  const before = at === 0 ? '' : text[at - 1];
  return '<>!~'.includes(before) && before !== '' && text[at + 1] !== '>';
}

/** Whether a figure is followed by the word that says what it counts. */
export function isTokens(text: string, at: number): boolean {
  return /^ ?(?:tokens?|toks?)\b/i.test(text.slice(at, at + 8));
}

/** Whether a word may begin with a character. */
export function isWordStart(char: string): boolean {
  return /[A-Za-z_$]/.test(char) || char > '\u007f';
}
