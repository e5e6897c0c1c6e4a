/**
 * Counts the tokens of texts without holding up the page.
 *
 * Owns the worker, which is started with the first text, and the way back to the page's thread where a worker cannot be
 * had. Refuses to guess: a text that cannot be counted is an error, never a zero.
 */

import type { IDisposable } from '@lumino/disposable';

import type { EncodingName } from '../core/count/encodings';
import { encodingOf } from '../core/count/encodings';
import type { CountAnswer, CountRequest } from './count-jobs';
import { CountJobs } from './count-jobs';
import { EncoderError } from './encoders';
import type { WorkerPort } from './text-reader';

/** How many tokens a text has, and how that was found out. */
export interface TokenCount {
  /** Of the text alone, without the few that a chat template adds a message. */
  readonly tokens: number;
  readonly tokenizer: EncodingName;
  /** False where the nearest encoding stands in for the model's own. */
  readonly isExact: boolean;
}

interface Waiting {
  readonly request: CountRequest;
  readonly resolve: (tokens: number) => void;
  readonly reject: (error: Error) => void;
}

export class TokenCounter implements IDisposable {
  /**
   * @param startWorker - starts the worker of `count.worker.ts`; is called once, on first need.
   */
  constructor(private readonly startWorker: () => WorkerPort) {}

  get isDisposed(): boolean {
    return this._isDisposed;
  }

  /** Ends the worker; what is being counted is given up. */
  dispose(): void {
    if (this._isDisposed) {
      return;
    }
    this._isDisposed = true;
    this._worker?.terminate();
    const waiting = [...this._waiting.values()];
    this._waiting.clear();
    waiting.forEach(({ reject }) => reject(givenUp()));
  }

  /**
   * Counts a text.
   *
   * @param text - special tokens written out in it count as ordinary text.
   * @param model - the model that reads or wrote it, to choose the encoding; undefined when it is not known.
   * @param signal - gives the count up.
   * @throws {EncoderError} when the vocabulary cannot be loaded.
   * @throws {DOMException} named AbortError, when the count is given up.
   */
  async count(text: string, model: string | undefined, signal?: AbortSignal): Promise<TokenCount> {
    if (this._isDisposed || signal?.aborted === true) {
      throw givenUp();
    }
    const { name: tokenizer, isExact } = encodingOf(model);
    const id = this._next++;
    const giveUp = (): void => this._giveUp(id);
    signal?.addEventListener('abort', giveUp, { once: true });
    try {
      const tokens = await this._ask({ kind: 'count', id, text, tokenizer });
      return { tokens, tokenizer, isExact };
    } finally {
      signal?.removeEventListener('abort', giveUp);
    }
  }

  private async _ask(request: CountRequest): Promise<number> {
    return new Promise((resolve, reject) => {
      this._waiting.set(request.id, { request, resolve, reject });
      this._post(request);
    });
  }

  private _giveUp(id: number): void {
    const waiting = this._waiting.get(id);
    if (waiting !== undefined) {
      this._waiting.delete(id);
      this._post({ kind: 'cancel', id });
      waiting.reject(givenUp());
    }
  }

  private _post(request: CountRequest): void {
    const worker = this._startedWorker();
    if (worker === undefined) {
      this._here.take(request);
    } else {
      worker.postMessage(request);
    }
  }

  private _startedWorker(): WorkerPort | undefined {
    if (this._worker === undefined && !this._hasFailed) {
      try {
        this._worker = this.startWorker();
        this._worker.onmessage = event => this._onAnswer((event as MessageEvent<CountAnswer>).data);
        this._worker.onerror = () => this._onFailure();
      } catch {
        // A page whose security policy forbids workers throws here.
        this._hasFailed = true;
      }
    }
    return this._worker;
  }

  private _onAnswer(answer: CountAnswer): void {
    const waiting = this._waiting.get(answer.id);
    this._waiting.delete(answer.id);
    if ('error' in answer) {
      waiting?.reject(new EncoderError(answer.error));
    } else {
      waiting?.resolve(answer.tokens);
    }
  }

  /** Does here what the worker did not do. */
  private _onFailure(): void {
    this._hasFailed = true;
    this._worker?.terminate();
    this._worker = undefined;
    for (const { request } of this._waiting.values()) {
      this._here.take(request);
    }
  }

  private readonly _here = new CountJobs(answer => this._onAnswer(answer));
  private readonly _waiting = new Map<number, Waiting>();
  private _worker?: WorkerPort;
  private _hasFailed = false;
  private _isDisposed = false;
  private _next = 0;
}

function givenUp(): DOMException {
  return new DOMException('The count was given up.', 'AbortError');
}
