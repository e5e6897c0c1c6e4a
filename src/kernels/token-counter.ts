/**
 * Counts the tokens of texts without blocking the page. A text that cannot be counted is an error, never a zero.
 */

import type { IDisposable } from '@lumino/disposable';

import type { EncodingName } from '../core/count/encodings';
import { encodingOf } from '../core/count/encodings';
import type { CountAnswer, CountRequest } from './count-jobs';
import { CountJobs } from './count-jobs';
import { EncoderError } from './encoders';
import type { WorkerPort } from './worker-client';
import { WorkerClient } from './worker-client';

/** How many tokens a text has, and how they were counted. */
interface TokenCount {
  /** Tokens of the text alone, without the few that a chat template adds to each message. */
  readonly tokens: number;
  readonly tokenizer: EncodingName;
  /** False where the nearest encoding stands in for the model's own. */
  readonly isExact: boolean;
}

/** Counts tokens in a worker, which is started with the first text. */
export class TokenCounter implements IDisposable {
  /**
   * @param startWorker - starts the worker of `count.worker.ts`; called once, with the first text.
   */
  constructor(startWorker: () => WorkerPort) {
    this._worker = new WorkerClient<CountRequest, CountAnswer>({
      startWorker,
      createPageRunner: answer => {
        const jobs = new CountJobs(answer);
        return request => jobs.handleRequest(request);
      },
      writeCancel: id => ({ kind: 'cancel', id })
    });
  }

  /** Whether the worker is terminated for good. */
  get isDisposed(): boolean {
    return this._worker.isDisposed;
  }

  /** Terminates the worker; counts without a result are rejected with an AbortError. */
  dispose(): void {
    this._worker.dispose();
  }

  /**
   * Counts a text.
   *
   * @param text - special tokens written out in it count as ordinary text.
   * @param model - the model that reads or wrote it, which chooses the encoding; undefined when it is unknown.
   * @param signal - cancels the count.
   * @returns the tokens and the encoding.
   * @throws {EncoderError} when the vocabulary cannot be loaded.
   * @throws {DOMException} named AbortError, when the count is cancelled.
   */
  async count(text: string, model: string | undefined, signal?: AbortSignal): Promise<TokenCount> {
    const { name: tokenizer, isExact } = encodingOf(model);
    const answer = await this._worker.request(
      id => ({ kind: 'count', id, text, tokenizer }),
      signal
    );
    if ('error' in answer) {
      throw new EncoderError(answer.error);
    }
    return { tokens: answer.tokens, tokenizer, isExact };
  }

  private readonly _worker: WorkerClient<CountRequest, CountAnswer>;
}
