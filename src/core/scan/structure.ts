/**
 * Reads printed structures: Python reprs, dicts, JSON, JavaScript and Julia objects, protobuf text, `name: value` lines.
 *
 * The parser is tolerant and makes a single pass: it never throws, takes linear time for any text, keeps only names of the
 * vocabulary, and closes what the text leaves open. Which structures are usage is decided in `usage.ts`.
 */

import {
  ABSENT,
  BEFORE_STRING,
  BOUNDS,
  DECLARED,
  DEFINING,
  FARTHEST,
  hasUnit,
  isComparison,
  isTokens,
  isWordStart,
  NUMBER,
  stringEnd,
  TYPES,
  WORD
} from './lexis';
import { DEFINITION, Tree } from './tree';
import type { Node } from './tree';

/**
 * Reads the structures in a text.
 *
 * @param text - as printed, without ANSI codes and markup.
 * @returns the outermost nodes, in the order of the text.
 */
export function readStructures(text: string): readonly Node[] {
  return new Reader(text).readNodes();
}

class Reader {
  constructor(private readonly _text: string) {
    this._tree = new Tree();
  }

  readNodes(): readonly Node[] {
    const text = this._text;
    while (this._at < text.length) {
      this._step(text[this._at]);
    }
    return this._tree.finish();
  }

  private _step(char: string): void {
    switch (char) {
      case '(':
      case '[':
      case '{':
        return this._open(char);
      case ')':
      case ']':
      case '}':
        return this._close(char);
      case '"':
      case "'":
        return this._string(char);
      case ':':
      case '=':
      case '|':
        return this._mark(char);
      case ',':
      case ';':
        return this._separate();
      case '\n':
        return this._line();
      default:
        return this._other(char);
    }
  }

  private _open(char: string): void {
    const isNamed = this._word !== '' && this._at - this._wordEnd <= 1;
    const isAdjacent = this._at > 0 && this._text[this._at - 1] === '}';
    const name = isNamed ? this._word : this._leadIn(char);
    this._tree.open(
      char,
      DEFINING.has(this._wordBefore) && isNamed ? DEFINITION : name,
      this._key,
      isAdjacent
    );
    this._at += 1;
    this._forget();
  }

  /** The first word in a bracket that has no name before it: `[Step 1: ...]`. */
  private _leadIn(bracket: string): string {
    WORD.lastIndex = this._at + 1;
    return bracket === '[' ? (WORD.exec(this._text)?.[0] ?? '') : '';
  }

  private _close(char: string): void {
    this._tree.close(char, isTokens(this._text, this._at + 1));
    this._at += 1;
    this._forget();
  }

  private _string(quote: string): void {
    const start = this._at + 1;
    const before = this._at === 0 ? '' : this._text[this._at - 1];
    const isPrefixed =
      /[bfru]/i.test(before) && this._wordEnd === this._at && this._word.length <= 2;
    const end = BEFORE_STRING.has(before) || isPrefixed ? stringEnd(this._text, start, quote) : -1;
    if (end < 0) {
      this._at += 1;
      return;
    }
    this._at = end + 1;
    this._itemStart = '(['.includes(before) && before !== '' ? start : -1;
    this._stringStart = start;
    this._stringStop = end;
    if (this._key !== '') {
      this._tree.putText(this._key, () => this._text.slice(start, Math.min(end, start + 256)));
      this._key = '';
    }
    this._phrase = this._at;
    this._word = '';
  }

  /** A sign that makes a name of what stands before it. */
  private _mark(char: string): void {
    // `input_tokens: int = 0`: a declaration in source code.
    if (char === '=' && this._key !== '' && DECLARED.has(this._word)) {
      this._at += 1;
      return this._forget();
    }
    if (char === '=' && (this._text[this._at + 1] === '=' || isComparison(this._text, this._at))) {
      return this._compare();
    }
    // `done=True eval_count=9`: a word that was a value isn't part of the next name.
    const isFieldInRow = char === '=' && this._key !== '' && this._wordEnd === this._at;
    // `12 prompt tokens | 34 completion tokens`: what follows a figure is its unit.
    const isUnit = char === '|' && this._phrase === this._figureEnd;
    const raw = isFieldInRow ? this._word : isUnit ? '' : this._nameBefore();
    this._at += this._text[this._at + 1] === '>' ? 2 : 1;
    // Julia's symbols: `:usage => 1`.
    const isSymbol = char === ':' && raw === '';
    if (!isSymbol && (raw !== '' || char !== '|')) {
      // `Token usage: input=5, output=6`: a heading without a figure of its own.
      this._isAboutTokens ||= /\btokens?\b/i.test(this._key);
      this._key = raw;
      this._keyEnd = this._at;
    }
    this._phrase = this._at;
    this._word = '';
    this._stringStop = -1;
  }

  /** `==` compares, and a row of `=` is a rule: the number behind it does not belong to the name before it. */
  private _compare(): void {
    while (this._text[this._at] === '=') {
      this._at += 1;
    }
    this._forget();
  }

  private _nameBefore(): string {
    if (this._stringStop >= 0 && this._isBlank(this._stringStop + 1, this._at)) {
      const isLong = this._stringStop - this._stringStart > 80;
      return isLong ? '' : this._text.slice(this._stringStart, this._stringStop);
    }
    return this._text.slice(Math.max(this._phrase, this._at - 60), this._at).trim();
  }

  private _isBlank(start: number, end: number): boolean {
    return end - start < 60 && this._text.slice(start, end).trim() === '';
  }

  private _separate(): void {
    // `('input_tokens', 12)`: a text at the beginning of an item may be a name.
    const isPair = this._itemStart >= 0 && this._stringStop === this._at - 1;
    const name = isPair ? this._text.slice(this._itemStart, this._stringStop) : '';
    this._at += 1;
    this._forget();
    this._itemStart = -1;
    if (isPair && name.length <= 64) {
      this._key = name;
      this._keyEnd = this._at;
      this._isPair = true;
    }
  }

  private _line(): void {
    this._at += 1;
    let next = this._at;
    while (next < this._text.length && ' \t\r'.includes(this._text[next])) {
      next += 1;
    }
    this._at = next;
    // No printer of structures leaves an empty line inside of one: prose does, after brackets that never close.
    if (this._text[next] === '\n') {
      this._tree.reset();
    }
    if (this._tree.isOutside) {
      this._key = '';
    }
    this._tree.countLine();
    this._isAboutTokens = false;
    this._phrase = next;
    this._word = '';
    this._stringStop = this._key === '' ? this._stringStop : -1;
  }

  private _other(char: string): void {
    if (char >= '0' && char <= '9') {
      return this._number();
    }
    WORD.lastIndex = this._at;
    const word = isWordStart(char) ? WORD.exec(this._text)?.[0] : undefined;
    if (word === undefined) {
      this._at += char > '\ud7ff' && char < '\udc00' ? 2 : 1;
      return;
    }
    this._at += word.length;
    this._wordBefore = this._word;
    this._word = word;
    this._wordEnd = this._at;
    this._takeWord(word);
  }

  private _takeWord(word: string): void {
    if (this._key === '' || TYPES.has(word)) {
      return;
    }
    const next = this._text[this._at] ?? '';
    if (BOUNDS.has(word.toLowerCase())) {
      this._key = '';
    } else if (ABSENT.has(word)) {
      this._addFigure(null);
    } else if (!'([{="\''.includes(next) || next === '') {
      if (this._tree.putText(this._key, () => word)) {
        this._key = '';
        this._phrase = this._at;
      }
    }
  }

  private _number(): void {
    const start = this._at;
    NUMBER.lastIndex = start;
    let shown = NUMBER.exec(this._text)?.[0] ?? '';
    // Without a name before it a comma separates the items of a list.
    if (this._key === '' && shown.includes(',')) {
      shown = shown.slice(0, shown.indexOf(','));
    }
    this._at += shown.length;
    const before = start === 0 ? '' : this._text[start - 1];
    const isNegative = before === '-' || before === '.';
    const isUnit = hasUnit(this._text, this._at);
    if (this._key !== '' && start - this._keyEnd <= FARTHEST) {
      this._addFigure(isNegative || isUnit ? NaN : Number(shown.replaceAll(',', '')));
    }
    this._phrase = this._at;
    this._figureEnd = this._at;
    this._word = '';
  }

  private _addFigure(value: number | null): void {
    const isTokenCount = this._isAboutTokens || isTokens(this._text, this._at);
    this._tree.putFigure(this._key, value, isTokenCount, this._isPair);
    this._key = '';
    this._isPair = false;
    this._phrase = this._at;
  }

  private _forget(): void {
    this._key = '';
    this._isPair = false;
    this._word = '';
    this._phrase = this._at;
    this._stringStop = -1;
  }

  private readonly _tree: Tree;
  private _at = 0;
  /** The name whose value is awaited, as printed. */
  private _key = '';
  private _keyEnd = 0;
  /** The line began with a heading that speaks of tokens, so that short names are figures. */
  private _isAboutTokens = false;
  /** Where the words began that may become a name. */
  private _phrase = 0;
  /** Where the last figure ended. */
  private _figureEnd = -1;
  private _word = '';
  private _wordBefore = '';
  private _wordEnd = -9;
  private _stringStart = 0;
  private _stringStop = -1;
  /** Where the text begins that is first in its brackets; -1 for any other. */
  private _itemStart = -1;
  /** The awaited name was such a text. */
  private _isPair = false;
}
