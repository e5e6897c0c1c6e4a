/**
 * Keeps the model's calls under way, with one timer while there are any.
 */

import type { IDisposable } from '@lumino/disposable';

import type { UnderWay } from '../core/words/badge';
import { CallsUnderWay } from '../core/record/under-way';
import type { MeterModel } from './model';

/** The calls that kernels report as streaming. */
export class UnderWayWatch implements IDisposable {
  /**
   * @param model - shows them.
   */
  constructor(private readonly model: MeterModel) {}

  /** Whether the timer is stopped. */
  get isDisposed(): boolean {
    return this._isDisposed;
  }

  /** Stops for good. */
  dispose(): void {
    this._isDisposed = true;
    clearTimeout(this._timer);
  }

  /**
   * Adds a call, or updates how far its answer is.
   *
   * @param call - what a kernel reports.
   */
  addCall(call: UnderWay): void {
    this._calls.addReport(call, Date.now());
    this._updateModel();
    this._scheduleSweep();
  }

  /**
   * Removes calls that have ended.
   *
   * @param callIds - the calls.
   */
  endCalls(callIds: readonly string[]): void {
    // Every call has to be removed, so the loop must not stop at the first.
    const ended = callIds.filter(callId => this._calls.end(callId));
    if (ended.length > 0) {
      this._updateModel();
    }
  }

  /**
   * Removes the calls of a kernel that restarts or ends.
   *
   * @param kernelId - the kernel.
   */
  endKernel(kernelId: string): void {
    const calls = this._calls.calls.filter(call => call.kernelId === kernelId);
    this.endCalls(calls.map(({ callId }) => callId));
  }

  private _scheduleSweep(): void {
    const at = this._calls.nextSweepAt;
    if (this._timer !== undefined || at === undefined || this._isDisposed) {
      return;
    }
    this._timer = setTimeout(
      () => {
        this._timer = undefined;
        this._calls.sweep(Date.now());
        this._updateModel();
        this._scheduleSweep();
      },
      Math.max(at - Date.now(), 0)
    );
  }

  private _updateModel(): void {
    this.model.underWay = this._calls.calls;
  }

  private readonly _calls = new CallsUnderWay();
  private _timer?: ReturnType<typeof setTimeout>;
  private _isDisposed = false;
}
