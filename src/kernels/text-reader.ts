/**
 * Reads texts for usage without holding up the page.
 *
 * Owns the choice between the page's own thread and a worker, which is started when a large text comes that is worth
 * reading, and the way back to the page's thread where a worker cannot be had.
 */

import type { IDisposable } from '@lumino/disposable';

import type { OutputPattern } from '../core/scan/patterns';
import { isWorthReading } from '../core/scan/plaintext';
import type { Reading } from '../core/scan/reading';
import type { OutputText } from '../core/scan/text';
import { readText } from '../core/scan/text';

/** Texts up to this many characters are read at once: it takes a few milliseconds. */
export const LARGEST_AT_ONCE = 16_000;

export interface ReadRequest {
  readonly id: number;
  readonly output: OutputText;
  readonly patterns: readonly OutputPattern[];
}

export interface ReadAnswer {
  readonly id: number;
  readonly readings: readonly Reading[];
}

interface Waiting {
  readonly request: ReadRequest;
  readonly resolve: (readings: readonly Reading[]) => void;
}

/** The part of a Web Worker that is used here. */
export type WorkerPort = Pick<Worker, 'postMessage' | 'terminate' | 'onmessage' | 'onerror'>;

export class TextReader implements IDisposable {
  /**
   * @param startWorker - starts the worker of `scan.worker.ts`; is called once, on first need.
   */
  constructor(private readonly startWorker: () => WorkerPort) {}

  get isDisposed(): boolean {
    return this._isDisposed;
  }

  dispose(): void {
    this._isDisposed = true;
    this._worker?.terminate();
  }

  /**
   * The usages that a text shows.
   *
   * @param output - the text.
   * @param patterns - the user's own.
   */
  async read(output: OutputText, patterns: readonly OutputPattern[]): Promise<readonly Reading[]> {
    if (patterns.length === 0 && !isWorthReading(output.text)) {
      return [];
    }
    const worker = output.text.length > LARGEST_AT_ONCE ? this._startedWorker() : undefined;
    if (worker === undefined) {
      return readText(output, patterns);
    }
    const request: ReadRequest = { id: this._next++, output, patterns };
    return new Promise(resolve => {
      this._waiting.set(request.id, { request, resolve });
      worker.postMessage(request);
    });
  }

  private _startedWorker(): WorkerPort | undefined {
    if (this._worker === undefined && !this._hasFailed) {
      try {
        this._worker = this.startWorker();
        this._worker.onmessage = event => this._onAnswer(event as MessageEvent<ReadAnswer>);
        this._worker.onerror = () => this._onFailure();
      } catch {
        // A page whose security policy forbids workers throws here.
        this._onFailure();
      }
    }
    return this._worker;
  }

  private _onAnswer({ data: { id, readings } }: MessageEvent<ReadAnswer>): void {
    this._waiting.get(id)?.resolve(readings);
    this._waiting.delete(id);
  }

  /** Does here what the worker did not do. */
  private _onFailure(): void {
    this._hasFailed = true;
    this._worker?.terminate();
    this._worker = undefined;
    const waiting = [...this._waiting.values()];
    this._waiting.clear();
    for (const { request, resolve } of waiting) {
      resolve(readText(request.output, request.patterns));
    }
  }

  private readonly _waiting = new Map<number, Waiting>();
  private _worker?: WorkerPort;
  private _hasFailed = false;
  private _isDisposed = false;
  private _next = 0;
}
