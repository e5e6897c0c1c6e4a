/**
 * The meter that the other plugins see: model, feed and client behind one token.
 */

import type { IDisposable } from '@lumino/disposable';
import type { ISignal } from '@lumino/signaling';
import { Signal } from '@lumino/signaling';

import type { MeterClient } from './client';
import type { Courier } from './courier';
import type { CallRecord } from './core/record';
import type { Snapshot } from './core/snapshot';
import type { MeterFeed } from './feed';
import type { MeterModel } from './model';
import type { IMeter, IPreferences } from './tokens';

export class Meter implements IMeter, IDisposable {
  /**
   * @param model - holds the state.
   * @param feed - keeps it new.
   * @param client - asks for calls and alerts.
   * @param courier - brings found calls to the server part.
   * @param claimant - the id of this tab, under which it claims alerts.
   */
  constructor(
    private readonly model: MeterModel,
    private readonly feed: MeterFeed,
    private readonly client: MeterClient,
    private readonly courier: Courier,
    private readonly claimant: string
  ) {
    model.stateChanged.connect(this._onStateChanged, this);
  }

  get snapshot(): Snapshot {
    return this.model.snapshot;
  }

  get preferences(): IPreferences {
    return this.model.preferences;
  }

  get stateChanged(): ISignal<IMeter, void> {
    return this._stateChanged;
  }

  get isDisposed(): boolean {
    return this.feed.isDisposed;
  }

  dispose(): void {
    this.feed.dispose();
    Signal.clearData(this);
  }

  report(record: CallRecord): void {
    if (this.model.report(record)) {
      this.feed.awaitConfirmation();
    }
  }

  submit(records: readonly CallRecord[]): void {
    records.forEach(record => this.report(record));
    void this.courier.send(records);
  }

  refresh(): Promise<void> {
    return this.feed.refresh();
  }

  listCalls(limit: number): Promise<readonly CallRecord[]> {
    return this.client.listCalls(limit);
  }

  claimAlert(alertId: string): Promise<boolean> {
    return this.client.claimAlert(alertId, this.claimant);
  }

  acknowledgeAlert(alertId: string): Promise<void> {
    return this.client.acknowledgeAlert(alertId);
  }

  private _onStateChanged(): void {
    if (this.model.snapshot.connection === 'live') {
      void this.courier.flush();
    }
    this._stateChanged.emit();
  }

  private readonly _stateChanged = new Signal<this, void>(this);
}
