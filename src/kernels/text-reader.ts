/**
 * Reads texts for usage without blocking the page: large texts are read in a worker.
 */

import type { IDisposable } from '@lumino/disposable';

import type { OutputPattern } from '../core/scan/patterns';
import { isWorthReading } from '../core/scan/plaintext';
import type { Reading } from '../core/scan/reading';
import type { OutputText } from '../core/scan/text';
import { scanText } from '../core/scan/text';
import type { WorkerPort } from './worker-client';
import { WorkerClient } from './worker-client';

/** Texts of up to this many characters are read in the page: it takes a few milliseconds. */
export const LARGEST_IN_PAGE = 16_000;

/** A text for the worker to read. */
export interface ReadRequest {
  readonly id: number;
  readonly output: OutputText;
  /** The user's own patterns. */
  readonly patterns: readonly OutputPattern[];
}

/** The usages that a text shows. */
export interface ReadAnswer {
  readonly id: number;
  readonly readings: readonly Reading[];
}

/** Finds usages in texts. */
export class TextReader implements IDisposable {
  /**
   * @param startWorker - starts the worker of `scan.worker.ts`; called once, with the first large text.
   */
  constructor(startWorker: () => WorkerPort) {
    this._worker = new WorkerClient({
      startWorker,
      createPageRunner: answer => request => answer(answerTo(request))
    });
  }

  /** Whether the worker is terminated for good. */
  get isDisposed(): boolean {
    return this._worker.isDisposed;
  }

  /** Terminates the worker. */
  dispose(): void {
    this._worker.dispose();
  }

  /**
   * Reads a text.
   *
   * @param output - the text.
   * @param patterns - the user's own patterns.
   * @returns the usages that it shows.
   */
  async scanText(
    output: OutputText,
    patterns: readonly OutputPattern[]
  ): Promise<readonly Reading[]> {
    if (patterns.length === 0 && !isWorthReading(output.text)) {
      return [];
    }
    if (output.text.length <= LARGEST_IN_PAGE) {
      return scanText(output, patterns);
    }
    const { readings } = await this._worker.request(id => ({ id, output, patterns }));
    return readings;
  }

  private readonly _worker: WorkerClient<ReadRequest, ReadAnswer>;
}

/** Reads the text of a request in the page. */
function answerTo({ id, output, patterns }: ReadRequest): ReadAnswer {
  return { id, readings: scanText(output, patterns) };
}
