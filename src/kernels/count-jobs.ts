/**
 * The counting of texts in slices, each of which can be given up: what the worker does, and the page where there is none.
 *
 * No text outlives its count.
 */

import type { EncodingName } from '../core/count/encodings';
import { Encoders } from './encoders';

/** What is asked of a worker. */
export type CountRequest =
  | {
      readonly kind: 'count';
      readonly id: number;
      readonly text: string;
      readonly tokenizer: EncodingName;
    }
  | { readonly kind: 'cancel'; readonly id: number };

/** What it answers; a count that was given up is not answered. */
export type CountAnswer =
  | { readonly id: number; readonly tokens: number }
  | { readonly id: number; readonly error: string };

export class CountJobs {
  /**
   * @param answer - takes the answers.
   */
  constructor(private readonly answer: (answer: CountAnswer) => void) {}

  /** Takes a request; the answer comes later. */
  take(request: CountRequest): void {
    if (request.kind === 'cancel') {
      this._open.delete(request.id);
      return;
    }
    this._open.add(request.id);
    void this._run(request.id, request.text, request.tokenizer);
  }

  private async _run(id: number, text: string, tokenizer: EncodingName): Promise<void> {
    try {
      const tokens = await this._count(id, text, tokenizer);
      if (this._open.has(id)) {
        this.answer({ id, tokens });
      }
    } catch (error) {
      this.answer({ id, error: error instanceof Error ? error.message : String(error) });
    }
    this._open.delete(id);
  }

  private async _count(id: number, text: string, tokenizer: EncodingName): Promise<number> {
    const encoder = await this._encoders.get(tokenizer);
    let tokens = 0;
    for (const slice of encoder.slices(text)) {
      tokens += slice.length;
      await turn();
      if (!this._open.has(id)) {
        break;
      }
    }
    return tokens;
  }

  private readonly _encoders = new Encoders();
  private readonly _open = new Set<number>();
}

/** Lets messages that have come be heard. */
async function turn(): Promise<void> {
  return new Promise(resolve => setTimeout(resolve));
}
