/**
 * Brings calls that this page found to the server part.
 *
 * Owns the queue of those that it has not taken yet: they are sent together, and again when the server is back. The ledger
 * takes a call once by its id, so sending twice does no harm. Refuses to keep them beyond the page.
 */

import { BoundedMap } from '../core/bounded';
import type { CallRecord } from '../core/record/record';
import type { MeterClient } from './client';
import { AbsentError, AwayError, ClientError } from './request';

/** What one request carries at most. */
const MOST_AT_ONCE = 200;
/** What waits at most for a server that is away; the oldest go first. */
const MOST_WAITING = 10_000;

export class Courier {
  /**
   * @param client - talks to the server part.
   * @param onRefused - is told of records that the server part will never take.
   */
  constructor(
    private readonly client: MeterClient,
    private readonly onRefused: (error: ClientError) => void
  ) {}

  /** Takes records in and sends them. */
  async send(records: readonly CallRecord[]): Promise<void> {
    for (const record of records) {
      this._waiting.set(record.callId, record);
    }
    await this.flush();
  }

  /** Sends what waits; several at a time make one way. */
  async flush(): Promise<void> {
    this._way ??= this._carry().finally(() => {
      this._way = undefined;
    });
    return this._way;
  }

  private async _carry(): Promise<void> {
    while (this._waiting.size > 0) {
      const batch = [...this._waiting.values()].slice(0, MOST_AT_ONCE);
      try {
        await this.client.postCalls(batch);
      } catch (error) {
        if (error instanceof AwayError || error instanceof AbsentError) {
          return;
        }
        if (!(error instanceof ClientError)) {
          throw error;
        }
        this.onRefused(error);
      }
      for (const { callId } of batch) {
        this._waiting.delete(callId);
      }
    }
  }

  private readonly _waiting = new BoundedMap<string, CallRecord>(MOST_WAITING);
  private _way?: Promise<void>;
}
