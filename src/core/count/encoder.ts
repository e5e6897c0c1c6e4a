/**
 * Turns text into the tokens of an encoding.
 *
 * The order of work: windows of the text, pieces of a window, tokens of a piece. Special tokens that are written out in
 * a text are ordinary text. Equal to Python's tiktoken, token by token, but for a run of more than a million characters
 * without a line's end, where a cut can change the count by a token. Time is near-linear in the length, whatever the text.
 */

import type { EncodingName } from './encodings';
import { mergeBytes } from './merge';
import { patternOf } from './patterns';
import type { Ranks } from './ranks';
import { utf8 } from './utf8';
import { windowsOf } from './windows';

/** The work between two chances to give up: some ten milliseconds. */
const SLICE = 50_000;
/** So many different pieces are remembered while a text is encoded; a longer one is hardly repeated. */
const MOST_REMEMBERED = 20_000;
const LONGEST_REMEMBERED = 32;

export class Encoder {
  /**
   * @param name - of the encoding.
   * @param ranks - its vocabulary.
   */
  constructor(
    readonly name: EncodingName,
    private readonly ranks: Ranks
  ) {
    this._pattern = patternOf(name);
  }

  /** The tokens of a text, by id. */
  encode(text: string): readonly number[] {
    const tokens: number[] = [];
    for (const slice of this.slices(text)) {
      append(tokens, slice);
    }
    return tokens;
  }

  /** How many tokens a text has. */
  count(text: string): number {
    let count = 0;
    for (const slice of this.slices(text)) {
      count += slice.length;
    }
    return count;
  }

  /**
   * The tokens of a text, a slice at a time, so that who asks can give up or let others work in between.
   *
   * Nothing of the text is kept when the last slice is taken or the generator is left.
   */
  *slices(text: string): Generator<readonly number[], void> {
    // Pieces of a text come again; of another text nothing is to be remembered.
    const known = new Map<string, readonly number[]>();
    for (const window of windowsOf(text)) {
      for (let at = 0; at < window.length;) {
        const tokens: number[] = [];
        for (const end = at + SLICE; at < window.length && at < end;) {
          const piece = this._pieceAt(window, at);
          append(tokens, this._tokensOf(piece, known));
          at += piece.length;
        }
        yield tokens;
      }
    }
  }

  private _pieceAt(window: string, at: number): string {
    // Others may have used the expression between two slices.
    this._pattern.lastIndex = at;
    this._pattern.test(window);
    return window.slice(at, this._pattern.lastIndex);
  }

  private _tokensOf(piece: string, known: Map<string, readonly number[]>): readonly number[] {
    const remembered = known.get(piece);
    if (remembered !== undefined) {
      return remembered;
    }
    const bytes = utf8(piece);
    const whole = this.ranks.byBytes.get(bytes);
    const tokens = whole === undefined ? mergeBytes(bytes, this.ranks) : [whole];
    if (piece.length <= LONGEST_REMEMBERED && known.size < MOST_REMEMBERED) {
      known.set(piece, tokens);
    }
    return tokens;
  }

  private readonly _pattern: RegExp;
}

/** A spread would overflow the stack. */
function append(tokens: number[], more: readonly number[]): void {
  for (const token of more) {
    tokens.push(token);
  }
}
