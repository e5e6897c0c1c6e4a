/**
 * The meter that the other plugins see: model, feed, client and reserve behind one token.
 */

import type { IDisposable } from '@lumino/disposable';
import type { ISignal } from '@lumino/signaling';
import { Signal } from '@lumino/signaling';

import type { MeterClient } from './client';
import type { Courier } from './call-uploader';
import type { UnderWay } from '../core/words/badge';
import type { UsageRow } from '../core/dashboard/usage-rows';
import type { Raise, RaiseRequest } from '../core/limits/raise';
import type { CallRecord } from '../core/record/record';
import type { Snapshot } from '../core/record/snapshot';
import type { MeterFeed } from './feed';
import type { MeterModel } from './model';
import type { Reserve } from '../local/fallback';
import type { IMeter, IPreferences } from '../tokens';
import { UnderWayWatch } from './under-way';

export class Meter implements IMeter, IDisposable {
  /**
   * @param model - holds the state.
   * @param feed - keeps it new.
   * @param client - asks for calls and alerts.
   * @param courier - brings found calls to the server part.
   * @param reserve - counts where there is no server part.
   * @param claimant - the id of this tab, under which it claims alerts.
   */
  constructor(
    private readonly model: MeterModel,
    private readonly feed: MeterFeed,
    private readonly client: MeterClient,
    private readonly courier: Courier,
    private readonly reserve: Reserve,
    private readonly claimant: string
  ) {
    this._underWay = new UnderWayWatch(model);
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

  get hasSeenRefusal(): boolean {
    return this._hasSeenRefusal;
  }

  get isDisposed(): boolean {
    return this.feed.isDisposed;
  }

  dispose(): void {
    this.feed.dispose();
    this.reserve.dispose();
    this._underWay.dispose();
    Signal.clearData(this);
  }

  reportUnderWay(call: UnderWay): void {
    this._underWay.hear(call);
  }

  report(record: CallRecord): void {
    this._underWay.end([record.callId]);
    if (record.status === 'refused') {
      // No call was made, so there is nothing to count; but now this page is the one to tell of it.
      this._hasSeenRefusal = true;
      this._stateChanged.emit();
      return;
    }
    const { meter } = this.reserve;
    if (meter !== undefined) {
      meter.add([record]);
    } else if (this.model.report(record)) {
      this.feed.awaitConfirmation();
    }
  }

  submit(records: readonly CallRecord[]): void {
    records.forEach(record => this.report(record));
    if (this.reserve.meter === undefined) {
      void this.courier.send(records);
    }
  }

  async refresh(): Promise<void> {
    await Promise.all([this.feed.refresh(), this.reserve.meter?.refresh()]);
  }

  async listCalls(limit: number): Promise<readonly CallRecord[]> {
    return this.reserve.meter?.listCalls(limit) ?? this.client.listCalls(limit);
  }

  getUsage(query: Readonly<Record<string, string>>): Promise<readonly UsageRow[]> {
    return this.client.getUsage(query);
  }

  claimAlert(alertId: string): Promise<boolean> {
    const desk = this.reserve.meter ?? this.client;
    return desk.claimAlert(alertId, this.claimant);
  }

  acknowledgeAlert(alertId: string): Promise<void> {
    const { meter } = this.reserve;
    return meter === undefined
      ? this.client.acknowledgeAlert(alertId)
      : meter.acknowledgeAlert(alertId, this.claimant);
  }

  async raiseLimit(request: RaiseRequest): Promise<Raise> {
    const raise = await this.client.postRaise(request);
    await this.refresh();
    return raise;
  }

  listRaises(): Promise<readonly Raise[]> {
    return this.client.listRaises();
  }

  private _onStateChanged(): void {
    this.reserve.look();
    this._underWay.end(this.model.snapshot.document?.callIds ?? []);
    if (this.model.snapshot.connection === 'live') {
      void this.courier.flush();
    }
    this._stateChanged.emit();
  }

  private readonly _underWay: UnderWayWatch;
  private _hasSeenRefusal = false;
  private readonly _stateChanged = new Signal<this, void>(this);
}
