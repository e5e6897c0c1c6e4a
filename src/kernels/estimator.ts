/**
 * Estimates what the runs used that show no usage, but whose source says that they call an LLM, and that print an answer.
 *
 * Loaded when the user asks for estimates. Owns what is remembered of each kernel's sources.
 */

import type { IDisposable } from '@lumino/disposable';

import type { CallRecord } from '../core/record/record';
import { PrintedAnswer } from '../core/scan/answer';
import type { Counted } from '../core/scan/estimated';
import { estimatedRecord } from '../core/scan/estimated';
import type { Run } from '../core/scan/found';
import type { SentCall } from '../core/scan/sent';
import { SentCalls } from '../core/scan/sent';
import { EncoderError } from './encoders';
import type { WorkerPort } from './worker-client';
import { TokenCounter } from './token-counter';

export class Estimator implements IDisposable {
  /**
   * @param startWorker - starts the worker of `count.worker.ts`; is called once, on first need.
   */
  constructor(startWorker: () => WorkerPort) {
    this._counter = new TokenCounter(startWorker);
  }

  get isDisposed(): boolean {
    return this._counter.isDisposed;
  }

  /** Gives up what is being counted; its runs are not told of. */
  dispose(): void {
    this._counter.dispose();
  }

  /**
   * Begins a run. Every source is to be told, as a later one may use what it sets up.
   *
   * @returns undefined when the source does not say that an LLM is called.
   */
  begin(kernelId: string, code: string): RunEstimate | undefined {
    const sources = this._sources.get(kernelId) ?? new SentCalls();
    this._sources.set(kernelId, sources);
    const call = sources.read(code);
    return call && new RunEstimate(this._counter, call);
  }

  private readonly _counter: TokenCounter;
  private readonly _sources = new Map<string, SentCalls>();
}

/** One run that calls. */
export class RunEstimate {
  /**
   * @param counter - counts.
   * @param call - what the source says of the call.
   */
  constructor(
    private readonly counter: TokenCounter,
    private readonly call: SentCall
  ) {}

  /** Takes a message of the run, of any type. */
  append(type: string, content: unknown): void {
    this._answer.append(type, content);
  }

  /**
   * The call that the run made.
   *
   * @param run - the run, which has ended.
   * @returns undefined when it printed no answer, or when it is no longer wanted.
   */
  async record(run: Run): Promise<CallRecord | undefined> {
    const { text, hasFailed } = this._answer;
    if (text === undefined) {
      return undefined;
    }
    try {
      return estimatedRecord(this.call, await this._count(text), hasFailed, run);
    } catch (error) {
      if (error instanceof DOMException && error.name === 'AbortError') {
        return undefined;
      }
      throw error;
    }
  }

  /** Undefined when the tokenizer cannot be had: what the call used is unknown then. */
  private async _count(answer: string): Promise<Counted | undefined> {
    const { model, prompt } = this.call;
    try {
      const { tokens, tokenizer } = await this.counter.count(answer, model);
      const input = prompt === undefined ? undefined : await this.counter.count(prompt, model);
      return { outputTokens: tokens, inputTokens: input?.tokens, tokenizer };
    } catch (error) {
      if (error instanceof EncoderError) {
        console.error('LLM Meter could not count an answer:', error.message);
        return undefined;
      }
      throw error;
    }
  }

  private readonly _answer = new PrintedAnswer();
}
