/**
 * Counts texts slice by slice, so that a count can be cancelled between two slices. Runs in the worker, or in the page where
 * there is none. No text is kept after its count.
 */

import type { EncodingName } from '../core/count/encodings';
import { Encoders } from './encoders';

/** A request to the worker: count a text, or cancel a count. */
export type CountRequest =
  | {
      readonly kind: 'count';
      readonly id: number;
      readonly text: string;
      readonly tokenizer: EncodingName;
    }
  | { readonly kind: 'cancel'; readonly id: number };

/** An answer of the worker; a cancelled count has none. */
export type CountAnswer =
  | { readonly id: number; readonly tokens: number }
  | { readonly id: number; readonly error: string };

/** The counts that are running. */
export class CountJobs {
  /**
   * @param answer - receives the answers.
   */
  constructor(private readonly answer: (answer: CountAnswer) => void) {}

  /**
   * Starts or cancels a count; the answer comes later.
   *
   * @param request - what to do.
   */
  handleRequest(request: CountRequest): void {
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
    const encoder = await this._encoders.loadEncoder(tokenizer);
    let tokens = 0;
    for (const slice of encoder.slices(text)) {
      tokens += slice.length;
      await nextTurn();
      if (!this._open.has(id)) {
        break;
      }
    }
    return tokens;
  }

  private readonly _encoders = new Encoders();
  private readonly _open = new Set<number>();
}

/** Waits until messages that have arrived are handled. */
async function nextTurn(): Promise<void> {
  return new Promise(resolve => setTimeout(resolve));
}
