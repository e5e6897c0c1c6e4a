/**
 * The meter that the other plugins see: model, feed, uploader and local mode behind one token.
 */

import type { IDisposable } from '@lumino/disposable';
import type { ISignal } from '@lumino/signaling';
import { Signal } from '@lumino/signaling';

import type { ILocalMode } from './backend';
import type { CallUploader } from './call-uploader';
import type { UnderWay } from '../core/words/badge';
import type { CallRecord } from '../core/record/record';
import type { Snapshot } from '../core/record/snapshot';
import type { MeterFeed } from './feed';
import type { MeterModel } from './model';
import type { IMeter, IMeterChange, IPreferences } from '../tokens';
import { UnderWayWatch } from './under-way';

/** What changes when a limit refuses a call: there is nothing to count. */
const REFUSAL: IMeterChange = {
  parts: new Set(['refusal']),
  committedIds: [],
  areCommitsMissed: false
};

/** Counts calls by the model, and keeps the model new by the feed. */
export class Meter implements IMeter, IDisposable {
  /**
   * @param options - the parts of the meter.
   */
  constructor(private readonly options: Meter.IOptions) {
    this._underWay = new UnderWayWatch(options.model);
    options.model.stateChanged.connect(this._onStateChanged, this);
  }

  /** {@inheritDoc IMeter.snapshot} */
  get snapshot(): Snapshot {
    return this.options.model.snapshot;
  }

  /** {@inheritDoc IMeter.preferences} */
  get preferences(): IPreferences {
    return this.options.model.preferences;
  }

  /** {@inheritDoc IMeter.stateChanged} */
  get stateChanged(): ISignal<IMeter, IMeterChange> {
    return this._stateChanged;
  }

  /** {@inheritDoc IMeter.hasSeenRefusal} */
  get hasSeenRefusal(): boolean {
    return this._hasSeenRefusal;
  }

  /** Whether it is stopped. */
  get isDisposed(): boolean {
    return this.options.feed.isDisposed;
  }

  /** Stops for good. */
  dispose(): void {
    this.options.feed.dispose();
    this.options.localMode.dispose();
    this._underWay.dispose();
    Signal.clearData(this);
  }

  /** {@inheritDoc IMeter.reportUnderWay} */
  reportUnderWay(call: UnderWay): void {
    this._underWay.addCall(call);
  }

  /** {@inheritDoc IMeter.endStreams} */
  endStreams(kernelId: string): void {
    this._underWay.endKernel(kernelId);
  }

  /** {@inheritDoc IMeter.reportCall} */
  reportCall(record: CallRecord): void {
    this._underWay.endCalls([record.callId]);
    if (record.status === 'refused') {
      // No call was made, so there is nothing to count, but this page shows the refusal.
      this._hasSeenRefusal = true;
      this._stateChanged.emit(REFUSAL);
      return;
    }
    const { meter } = this.options.localMode;
    if (meter !== undefined) {
      meter.addCalls([record]);
    } else if (this.options.model.addPendingCall(record)) {
      this.options.feed.awaitConfirmation();
    }
  }

  /** {@inheritDoc IMeter.submitCalls} */
  submitCalls(records: readonly CallRecord[]): void {
    records.forEach(record => this.reportCall(record));
    if (this.options.localMode.meter === undefined) {
      void this.options.uploader.upload(records);
    }
  }

  /** {@inheritDoc IMeter.refresh} */
  async refresh(): Promise<void> {
    await Promise.all([this.options.feed.refresh(), this.options.localMode.meter?.refresh()]);
  }

  private _onStateChanged(_: MeterModel, change: IMeterChange): void {
    this.options.localMode.update();
    this._underWay.endCalls(change.committedIds);
    if (this.options.model.snapshot.connection === 'live') {
      void this.options.uploader.flush();
    }
    this._stateChanged.emit(change);
  }

  private readonly _underWay: UnderWayWatch;
  private _hasSeenRefusal = false;
  private readonly _stateChanged = new Signal<this, IMeterChange>(this);
}

/** Types of `Meter`. */
export declare namespace Meter {
  /** The parts of a meter. */
  export interface IOptions {
    /** Holds the state. */
    readonly model: MeterModel;
    /** Keeps the state new. */
    readonly feed: MeterFeed;
    /** Counts where there is no server extension. */
    readonly localMode: ILocalMode;
    /** Uploads the calls that were found in outputs. */
    readonly uploader: CallUploader;
  }
}
