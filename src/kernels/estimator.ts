/**
 * Estimates calls that show no usage: the source of the run calls an LLM, and the run prints an answer. Loaded when the user
 * wants estimates.
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

/** The sources of all kernels, which later sources build on. */
export class Estimator implements IDisposable {
  /**
   * @param startWorker - starts the worker of `count.worker.ts`; called once, with the first answer.
   */
  constructor(startWorker: () => WorkerPort) {
    this._counter = new TokenCounter(startWorker);
  }

  /** Whether estimates are stopped. */
  get isDisposed(): boolean {
    return this._counter.isDisposed;
  }

  /** Cancels what is being counted; its runs are not reported. */
  dispose(): void {
    this._counter.dispose();
  }

  /**
   * Starts a run. Every source has to be passed, as a later one may use what it sets up.
   *
   * @param kernelId - the kernel that runs it.
   * @param code - its source.
   * @returns undefined when the source calls no LLM.
   */
  startRun(kernelId: string, code: string): RunEstimate | undefined {
    const sources = this._sources.get(kernelId) ?? new SentCalls();
    this._sources.set(kernelId, sources);
    const call = sources.findCall(code);
    return call && new RunEstimate(this._counter, call);
  }

  private readonly _counter: TokenCounter;
  private readonly _sources = new Map<string, SentCalls>();
}

/** One run whose source calls an LLM. */
export class RunEstimate {
  /**
   * @param counter - counts tokens.
   * @param call - what the source says about the call.
   */
  constructor(
    private readonly counter: TokenCounter,
    private readonly call: SentCall
  ) {}

  /**
   * Adds a message of the run.
   *
   * @param type - the message's type, of any kind.
   * @param content - its content.
   */
  append(type: string, content: unknown): void {
    this._answer.append(type, content);
  }

  /**
   * The call that the run made.
   *
   * @param run - the run, which has ended.
   * @returns undefined when it printed no answer, or when estimates were stopped.
   */
  async recordCall(run: Run): Promise<CallRecord | undefined> {
    const { text, hasFailed } = this._answer;
    if (text === undefined) {
      return undefined;
    }
    try {
      return estimatedRecord(this.call, await this._countTokens(text), hasFailed, run);
    } catch (error) {
      if (error instanceof DOMException && error.name === 'AbortError') {
        return undefined;
      }
      throw error;
    }
  }

  /** Undefined when the tokenizer cannot be loaded: what the call used is unknown then. */
  private async _countTokens(answer: string): Promise<Counted | undefined> {
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
