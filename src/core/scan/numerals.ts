/**
 * Brings the spellings of numbers to one: groups of digits, and `1.2k` for thousands.
 */

const LONGEST_LINE = 400;
/** Digits in groups, by the separators of number formats: no-break spaces, the Swiss apostrophe. */
const GROUPS = /(?<![\w.,'])\d{1,3}(?:[\u00a0\u202f\u2009\u2019']\d{3})+(?![\d'])/g;
/** Python's and Rust's own way to group: `12_345`. */
const UNDERSCORED = /(?<![\w.])\d{1,3}(?:_\d{3})+(?!\w)/g;
/** `Tokens: 12 345`: a space between groups, where the figure ends the line or a cell. */
const SPACED = /([:=][ \t]*)(\d{1,3}(?: \d{3})+)(?=[ \t]*(?:\n|$|[|,;]))/g;
/** `1.2k`, `3M`, `1.2万`; neither a price nor the size of what a price is for. */
const MAGNITUDE =
  /(?<![\w.,$¥€£/#×*-])(?<!\/ |per )(\d{1,4}(?:\.\d{1,3})?)( ?[KkM]| ?[万萬만千천])(?![\p{L}\d.]|\/)/gu;
const FACTORS: Readonly<Record<string, number>> = {
  k: 1_000,
  m: 1_000_000,
  万: 10_000,
  萬: 10_000,
  만: 10_000,
  千: 1_000,
  천: 1_000
};
const NAMES_TOKENS =
  /tok(?:en)?s?(?![a-z])|词元|令牌|用量|\bcache|(?:\bin|\binput|\bprompt)\b.*\b(?:out|output|completion)\b/i;
/** A count that is printed in full. */
const WHOLE = /(?<![\w.,$¥€£:-])\d[\d,]{0,11}(?![\w.,:-]*\d| ?[KkM万萬만千천%]|-)/;

/**
 * A text with its numbers as plain digits.
 *
 * @param text - without terminal codes, and without lines about limits and prices, which are round more often than counts are.
 */
export function withPlainNumbers(text: string): string {
  const plain = text
    .replace(GROUPS, figure => figure.replace(/\D/g, ''))
    .replace(UNDERSCORED, figure => figure.replaceAll('_', ''))
    .replace(SPACED, (_, sign: string, figure: string) => sign + figure.replaceAll(' ', ''));
  return /\d ?[KkM万萬만千천]/.test(plain)
    ? plain.split('\n').map(withoutMagnitudes).join('\n')
    : plain;
}

/** Round thousands alone (`128k in, 16k out`) are what a model takes, not what a call used. */
function withoutMagnitudes(line: string): string {
  if (line.length > LONGEST_LINE || !NAMES_TOKENS.test(line)) {
    return line;
  }
  const isCounted =
    [...line.matchAll(MAGNITUDE)].some(([, figure]) => figure.includes('.')) ||
    WHOLE.test(line.replace(MAGNITUDE, ' '));
  return isCounted
    ? line.replace(MAGNITUDE, (_, figure: string, factor: string) =>
        String(Math.round(Number(figure) * FACTORS[factor.trim().toLowerCase()]))
      )
    : line;
}
