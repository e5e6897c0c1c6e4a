/**
 * Keeps calls that kernels report apart from those that the ledger's figures already hold, so that each counts once.
 *
 * A call is first reported, then committed by the ledger, then held by the figures. Each step may come first: a message may be
 * late, an event may be lost. No clock and no network here.
 */

import { BoundedSet } from '../bounded';
import type { CallRecord } from './record';

/** How many ids of held calls are remembered, to recognise messages that come after the figures. */
const HELD_KEPT = 10_000;

/** A moment in the life of a reconciler, taken when a request for figures leaves. */
export interface Mark {
  /** Calls that were reported, and that the figures did not hold. */
  readonly openIds: readonly string[];
  /** Calls that the ledger had committed, and that the figures did not hold. */
  readonly committedIds: readonly string[];
  /** How often commits may have been missed. */
  readonly misses: number;
}

/** The reported calls beside one set of figures. */
export class Reconciler {
  /** Calls that were reported and that the figures do not hold, by id, oldest first. */
  get open(): ReadonlyMap<string, CallRecord> {
    return this._open;
  }

  /** Whether the ledger has calls, or may have some, that the figures do not hold. */
  get isStale(): boolean {
    return this._isMissing || this._committed.size > 0;
  }

  /** Whether a call was reported that the ledger has not committed. */
  get isWaiting(): boolean {
    return [...this._open.keys()].some(callId => !this._committed.has(callId));
  }

  /**
   * Adds a call that a kernel reports.
   *
   * @param record - the call.
   * @returns whether it is new: neither open nor held.
   */
  addReported(record: CallRecord): boolean {
    const isKnown = this._open.has(record.callId) || this._held.has(record.callId);
    if (!isKnown) {
      this._open.set(record.callId, record);
    }
    return !isKnown;
  }

  /**
   * Marks calls as committed: the answer to a request that leaves now holds them.
   *
   * @param callIds - the calls.
   */
  markCommitted(callIds: Iterable<string>): void {
    for (const callId of callIds) {
      this._committed.add(callId);
    }
  }

  /**
   * Marks calls as held by the figures.
   *
   * @param callIds - the calls.
   */
  settleCalls(callIds: Iterable<string>): void {
    for (const callId of callIds) {
      this._open.delete(callId);
      this._held.add(callId);
    }
  }

  /** Marks the figures as stale, because commits may have been missed. */
  markStale(): void {
    this._misses += 1;
    this._isMissing = true;
  }

  /**
   * Marks the moment at which a request leaves.
   *
   * @returns the mark, for `settleRequest`.
   */
  markRequest(): Mark {
    return {
      openIds: [...this._open.keys()],
      committedIds: [...this._committed],
      misses: this._misses
    };
  }

  /**
   * Settles what an answer holds.
   *
   * @param mark - what `markRequest` returned when the request left.
   */
  settleRequest(mark: Mark): void {
    this.settleCalls(mark.committedIds);
    mark.committedIds.forEach(callId => this._committed.delete(callId));
    this._isMissing &&= mark.misses !== this._misses;
  }

  private readonly _open = new Map<string, CallRecord>();
  private readonly _committed = new Set<string>();
  private readonly _held = new BoundedSet<string>(HELD_KEPT);
  private _isMissing = true;
  private _misses = 0;
}
