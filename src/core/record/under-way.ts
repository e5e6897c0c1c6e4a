/**
 * Calls that stream at this moment, as their kernels report them.
 *
 * They are not counted: what they use is known when they end. The record of a call ends it, and so does silence, as its kernel
 * may have been killed.
 */

import { BoundedSet } from '../bounded';
import type { UnderWay } from '../words/badge';
import { isolated, shortened } from './names';
import type { Words } from '../words/words';

/** After how much silence a call is no longer shown, in milliseconds. */
const SILENCE_MS = 10_000;
/** How many ended calls are remembered, so that a late message does not bring one back. */
const ENDED_KEPT = 100;

/** The calls under way; all times are milliseconds of one clock. */
export class CallsUnderWay {
  /** The calls, the one that was reported first at the front. */
  get calls(): readonly UnderWay[] {
    return [...this._heard.values()].map(({ call }) => call);
  }

  /** When the next of them will have been silent for too long; undefined when there is none. */
  get nextSweepAt(): number | undefined {
    const times = [...this._heard.values()].map(({ at }) => at + SILENCE_MS);
    return times.length === 0 ? undefined : Math.min(...times);
  }

  /**
   * Adds a call, or renews it.
   *
   * @param call - what its kernel reports.
   * @param at - the time of the report.
   */
  addReport(call: UnderWay, at: number): void {
    if (!this._ended.has(call.callId)) {
      this._heard.set(call.callId, { call, at });
    }
  }

  /**
   * Removes a call that has ended.
   *
   * @param callId - the call.
   * @returns whether it was under way.
   */
  end(callId: string): boolean {
    this._ended.add(callId);
    return this._heard.delete(callId);
  }

  /**
   * Removes the calls that have been silent for too long.
   *
   * @param at - the time now.
   */
  sweep(at: number): void {
    for (const [callId, heard] of this._heard) {
      if (heard.at + SILENCE_MS <= at) {
        this._heard.delete(callId);
      }
    }
  }

  private readonly _heard = new Map<string, { call: UnderWay; at: number }>();
  private readonly _ended = new BoundedSet<string>(ENDED_KEPT);
}

/**
 * Writes the calls under way as a sentence.
 *
 * @param calls - the calls.
 * @param words - the words and figures.
 * @returns undefined when there are none.
 */
export function underWayText(calls: readonly UnderWay[], words: Words): string | undefined {
  const { trans, format } = words;
  if (calls.length === 0) {
    return undefined;
  }
  const pieces = calls.reduce((sum, call) => sum + call.pieces, 0);
  const models = new Set(calls.map(({ model }) => model ?? trans.__('unknown')));
  return trans._n(
    '%1 call in progress: %2, about %3 chunks so far',
    '%1 calls in progress: %2, about %3 chunks so far',
    calls.length,
    format.list([...models].map(model => isolated(shortened(model)))),
    format.count(pieces)
  );
}
