/**
 * Brings the words of other languages for tokens, both sides of a call and what limits them to English.
 *
 * A paragraph that names tokens in another language is translated word by word before the readers of lines see it, with the
 * separators of its numbers.
 */

import type { Words } from './language-words';
import { JOINED, SPACED } from './language-words';

const LONGEST_LINE = 400;
/** A longer paragraph is data, of which only the lines that name tokens themselves are translated. */
const MOST_LINES = 30;
/** How many letters of a word tell whether it may be one of a table. */
const BEGINNING = 4;

const WORDS: readonly (readonly [RegExp, string])[] = [
  // Longer ones first: `au total` before `total`.
  ...patternsOf(SPACED, words => `(?<!\\p{L})(?:${words})(?!\\p{L})`, 'giu'),
  ...patternsOf(JOINED, words => words, 'gu')
];
/** Costs: words that name a price as well. */
const COSTS: readonly (readonly [RegExp, string])[] = [
  [/(?:料金|費用|コスト|요금|비용)(?=[はが은는]?\s?[:：]?\s?[¥￥$₩]?\s?\d)/g, ' cost '],
  [/料金|요금/g, ' price '],
  // Alone they say that something is done.
  [/(?:완료|完了)(?=\s?(?:토큰|トークン))/g, ' output '],
  [/計(?=[\s:0-9])/g, ' total '],
  [/총(?=\s|\d)/g, ' total '],
  [/例(?=[:：])|예(?=:)/g, ' example ']
];
/** The beginnings of the words that are written with the letters of English alone. */
const BEGINNINGS = beginningsOf(
  SPACED.flatMap(([, words]) => words.split(', '))
    .map(word => word.slice(0, word.startsWith('token') ? BEGINNING + 2 : BEGINNING))
    .filter(word => /^[a-z ]+$/.test(word))
);
/** Names in code are English. */
const STRUCTURE = /\w\(\w+=|\{|[a-z]Tokens?\w*\s?[=:]/;
/** A letter that English does not have. */
const OTHER_LETTER = /[^\u0000-\u00bf\u2000-\u2bff\u{1f000}-\u{1ffff}]/u;
/** Small words beside them, by which the readers of sentences would not know that something was used. */
const SMALL: readonly (readonly [RegExp, string])[] = [
  [/(?<!\p{L})(?:es )?wurden?(?!\p{L})/giu, 'were'],
  [
    /(?<!\p{L})(?:en |de |di |da |à |im |in der |na |no |do |nel |au |du |w )(?=(?:input|output|total|prompt|completion)(?!\p{L}))/giu,
    ''
  ],
  [/(?<!\p{L})(?:der|die|das|dem|den|el|los|las|le|les|il|gli|het)(?!\p{L})/giu, 'the'],
  [/(?<!\p{L})(?:hat|haben|ha|han|heeft)(?!\p{L})/gu, 'has'],
  [
    /(?<!\p{L})(?:dieser|diese|dieses|cet|cette|esta|este|questa) (?:aufruf|anruf|appel|llamada|chamada|chiamata)(?!\p{L})/giu,
    'this call'
  ],
  [/(?<!\p{L})(?:und|y|et|e|en|и|та|i|ve|và|dan)(?!\p{L})/gu, 'and']
];
/** The word for tokens may stand before its side: `tokens de entrada`, `Токены запроса`. */
const TURNED =
  /(?<!\p{L})tokens?(?: used)? (?:(?:de|d[’']|di|da|do|del|della|van|na|para|pour) ?(?:l[’'] ?|la |el |o |the )?)?(input|output|total|cached|reasoning)(?= ?[:=：|]| +\d| *\()/giu;
/** Words of traditional Chinese; the readers know the simplified ones. */
const TRADITIONAL: readonly (readonly [RegExp, string])[] = [
  [/輸入/g, '输入'],
  [/輸出/g, '输出'],
  [/快取|緩存/g, '缓存'],
  [/提示詞/g, '提示词'],
  [/回覆/g, '回复'],
  [/總(?:計|共)?/g, '总计'],
  [/剩餘/g, '剩余'],
  [/預(?=[估計计算])/g, '预'],
  [/價格|單價/g, '价格'],
  [/訓練/g, '训练'],
  [/長度/g, '长度']
];
const IS_TRADITIONAL = /輸[入出]|快取|緩存|提示詞|回覆|總|剩餘|預[估計]/;
/** Counters of Korean and Japanese behind a figure. */
const COUNTERS = /(?<=\d) ?(?:개|個)(?!月)/g;
/** `1.932`, `1 932`: how such languages group digits. */
const GROUPED =
  /(?<![\p{L}\d.,])[1-9]\d{0,2}(?:\.\d{3})+(?![\d.,]*\d)|(?<![\p{L}\d.,])[1-9]\d{0,2}(?: \d{3})+(?![\d.,]*\d)/gu;
/** The word for tokens in any of the languages. */
const NAMES_TOKENS =
  /tok|entrada|eingabe|entrée|вход|jeton|żeton|токен|トークン|토큰|โทเค็น|رم[وز]|توكن|टोकन|אסימונים|טוקנים/i;

/**
 * A text with such words in English.
 *
 * @param printed - without terminal codes and markup.
 */
export function inEnglish(printed: string): string {
  const text = IS_TRADITIONAL.test(printed) ? replaced(printed, TRADITIONAL) : printed;
  if (!NAMES_TOKENS.test(text)) {
    return text;
  }
  return text
    .split(/(\n[ \t]*\n)/)
    .map(paragraph => (NAMES_TOKENS.test(paragraph) ? translated(paragraph) : paragraph))
    .join('');
}

function translated(paragraph: string): string {
  const lines = paragraph.split('\n');
  return lines
    .map(line =>
      lines.length <= MOST_LINES || NAMES_TOKENS.test(line) ? lineInEnglish(line) : line
    )
    .join('\n');
}

function lineInEnglish(line: string): string {
  if (line.length > LONGEST_LINE || !mayBeForeign(line)) {
    return line;
  }
  const words = replaced(line.replace(COUNTERS, ''), [...COSTS, ...WORDS]);
  return words === line
    ? line
    : replaced(words, SMALL)
        .replace(TURNED, '$1 tokens')
        .replace(GROUPED, figure => figure.replace(/[. ]/g, ''));
}

function mayBeForeign(line: string): boolean {
  return OTHER_LETTER.test(line) || (!STRUCTURE.test(line) && BEGINNINGS.test(line));
}

/** A pattern of them by their first letters, so that most words are passed over at once. */
function beginningsOf(words: readonly string[]): RegExp {
  const byLetter = new Map<string, Set<string>>();
  for (const word of words) {
    byLetter.set(word[0], (byLetter.get(word[0]) ?? new Set()).add(word.slice(1)));
  }
  const groups = [...byLetter].map(([letter, ends]) => `${letter}(?:${[...ends].join('|')})`);
  return new RegExp(`(?<![a-z])(?:${groups.join('|')})`, 'i');
}

function replaced(text: string, patterns: readonly (readonly [RegExp, string])[]): string {
  return patterns.reduce((line, [pattern, english]) => line.replace(pattern, english), text);
}

function patternsOf(
  table: Words,
  alone: (words: string) => string,
  flags: string
): readonly (readonly [RegExp, string])[] {
  return table.map(([english, words]): [RegExp, string] => [
    new RegExp(alone(alternatives(words)), flags),
    table === JOINED ? ` ${english} ` : english
  ]);
}

/** A list of words as a pattern; of two that begin alike the longer one comes first. */
function alternatives(words: string): string {
  return words
    .split(', ')
    .sort((one, other) => other.length - one.length)
    .map(word => word.replace(/[.+?^${}()|[\]\\]/g, '\\$&').replace(/\*$/, '\\p{L}*'))
    .join('|');
}
