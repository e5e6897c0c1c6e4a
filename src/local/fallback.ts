/**
 * Local mode: counts where the server extension is absent, and transfers the totals to it when it is there.
 *
 * The local meter is loaded when there is no server extension, or when there are totals of earlier days to transfer.
 */

import type { IDisposable } from '@lumino/disposable';

import { ClientError } from '../core/errors';
import type { ILocalMode } from '../meter/backend';
import type { MeterClient } from '../meter/client';
import type { LocalMeter } from './local-meter';
import type { MeterModel } from '../meter/model';

/** Where the local meter comes from. */
export interface LocalMeterSource {
  /** Loads it; rejects when the totals cannot be read. */
  open(): Promise<LocalMeter>;
  /** Whether anything was ever counted in local mode. */
  isNeeded(): Promise<boolean>;
  /** Explains why the totals cannot be read. */
  explain(error: unknown): string;
}

/** Enters and leaves local mode. */
export class LocalFallback implements ILocalMode, IDisposable {
  /**
   * @param model - has the state of the connection, and receives the local figures.
   * @param client - sends the totals to the server extension.
   * @param source - where the local meter comes from.
   */
  constructor(
    private readonly model: MeterModel,
    private readonly client: MeterClient,
    private readonly source: LocalMeterSource
  ) {}

  /** The meter that counts now; undefined while the server extension does. */
  get meter(): LocalMeter | undefined {
    return this.model.snapshot.connection === 'live' ? undefined : this._meter;
  }

  /** Whether it is stopped. */
  get isDisposed(): boolean {
    return this._isDisposed;
  }

  /** Stops for good. */
  dispose(): void {
    this._isDisposed = true;
    this._meter?.dispose();
  }

  /** Enters or leaves local mode, depending on the connection; is called after each change of the model. */
  update(): void {
    const { connection } = this.model.snapshot;
    if (connection === 'absent') {
      void this._enter();
    } else if (connection === 'live' && !this._isTransferred) {
      this._isTransferred = true;
      void this._transferTotals();
    }
  }

  private async _enter(): Promise<void> {
    this._isTransferred = false;
    const meter = await this._opened();
    if (meter !== undefined && !this._isDisposed) {
      meter.addCalls(this.model.removePendingCalls());
      this._loadDocument();
    }
  }

  private async _transferTotals(): Promise<void> {
    try {
      if (this._meter === undefined && !(await this.source.isNeeded())) {
        return;
      }
      const meter = await this._opened();
      await meter?.transferTotals(this.client);
      meter?.dispose();
      this._opening = undefined;
      this._meter = undefined;
    } catch (error) {
      // The next connection tries again; until then the totals stay where they are.
      this._isTransferred = !(error instanceof ClientError);
      console.error(
        'LLM Meter could not transfer the running total to the server extension.',
        error
      );
    }
  }

  private async _opened(): Promise<LocalMeter | undefined> {
    this._opening ??= this.source.open();
    try {
      const meter = await this._opening;
      if (this._meter !== meter) {
        this._meter = meter;
        meter.changed.connect(this._loadDocument, this);
      }
      return meter;
    } catch (error) {
      this._opening = undefined;
      this.model.markUnavailable('absent', this.source.explain(error));
      return undefined;
    }
  }

  private _loadDocument(): void {
    const { connection } = this.model.snapshot;
    if (this._meter !== undefined && (connection === 'absent' || connection === 'local')) {
      this.model.loadLocalDocument(this._meter.document);
    }
  }

  private _opening?: Promise<LocalMeter>;
  private _meter?: LocalMeter;
  private _isTransferred = false;
  private _isDisposed = false;
}
