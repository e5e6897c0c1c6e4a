/**
 * Uploads the calls that this page found in outputs to the ledger.
 *
 * Calls are uploaded together, and again when the server is back. The ledger counts a call once by its id, so uploading it
 * twice does no harm. Calls that wait are lost with the page.
 */

import { BoundedMap } from '../core/bounded';
import type { CallRecord } from '../core/record/record';
import type { MeterClient } from './client';
import { AbsentError, AwayError, ClientError } from '../core/errors';

/** Calls in one request, at most. */
const MOST_AT_ONCE = 200;
/** Calls that wait for a server that is away, at most; the oldest are dropped first. */
const MOST_WAITING = 10_000;

/** The queue of calls that the server extension has not acknowledged. */
export class CallUploader {
  /**
   * @param client - posts the calls.
   * @param onRefused - is called when the server extension refuses calls for good.
   */
  constructor(
    private readonly client: MeterClient,
    private readonly onRefused: (error: ClientError) => void
  ) {}

  /**
   * Adds calls and uploads all that wait.
   *
   * @param records - the calls.
   */
  async upload(records: readonly CallRecord[]): Promise<void> {
    for (const record of records) {
      this._waiting.set(record.callId, record);
    }
    await this.flush();
  }

  /** Uploads all calls that wait; while an upload runs, it is joined. */
  async flush(): Promise<void> {
    this._running ??= this._uploadAll().finally(() => {
      this._running = undefined;
    });
    return this._running;
  }

  private async _uploadAll(): Promise<void> {
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
  private _running?: Promise<void>;
}
