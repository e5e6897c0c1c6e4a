/**
 * The meter of a page in local mode: counts, prices, keeps the totals and measures them against the limits. Loaded on first use.
 */

import type { Setting } from '@jupyterlab/services';
import { UUID } from '@lumino/coreutils';
import type { IDisposable } from '@lumino/disposable';
import type { ISignal } from '@lumino/signaling';
import { Signal } from '@lumino/signaling';

import type { ILocalMeter } from '../meter/backend';
import type { MeterClient } from '../meter/client';
import type { AlertState } from '../core/local/alerts';
import { acknowledged, claimed } from '../core/local/alerts';
import { standingOf } from '../core/local/standing';
import { writeTakeover } from '../core/local/takeover';
import { callsAfter } from '../core/local/tab-totals';
import type { LocalTotals } from '../core/local/local-totals';
import { callsOf, holds, readLocalTotals, takenOf, untaken } from '../core/local/local-totals';
import type { LimitRule } from '../core/limits/limits';
import { LimitError, parseLimits } from '../core/limits/limits';
import { withNameParts } from '../core/limits/named-by';
import { priced } from '../core/record/prices';
import type { CallRecord } from '../core/record/record';
import type { Problem, StandingDocument } from '../core/record/standing';
import type { ICallStore } from '../tokens';
import { LocalCalls } from './local-calls';
import { TotalsSettings } from './totals-settings';
import { TotalsStore } from './totals-store';
import { TabName } from './tab-name';

/** The channel on which the browser's tabs announce that the totals have changed. */
const CHANNEL = 'jupyter-llm-meter:totals';

/** What the local meter needs from the page. */
export interface PageContext {
  readonly settings: Setting.IManager;
  readonly storage: Storage;
  /** Where the browser has locks. */
  readonly locks: LockManager | undefined;
  /** IANA name of the browser's time zone. */
  readonly timeZone: string;
  /** The setting `limits`, not checked yet. */
  limits(): unknown;
  /** Explains why the totals cannot be kept on the server. */
  explain(error: unknown): string;
  /** Milliseconds since 1970. */
  clock(): number;
}

/** The totals of this lab, with limits and alerts. */
export class LocalMeter implements ILocalMeter, IDisposable {
  private constructor(
    private readonly page: PageContext,
    private readonly store: TotalsStore
  ) {
    store.changed.connect(this._onChanged, this);
    store.written.connect(() => this._channel.postMessage('written'));
    this._channel.onmessage = () => void this.store.save();
  }

  /**
   * Opens the stored totals.
   *
   * @param page - what it needs from the page.
   * @returns the meter.
   * @throws {Error} when the totals cannot be read; they are left as they are.
   */
  static async open(page: PageContext): Promise<LocalMeter> {
    const place = new TotalsSettings(page.settings);
    const there = readLocalTotals(await place.readTotals());
    const totals = there.id === '' ? { ...there, id: UUID.uuid4() } : there;
    const tabName = await TabName.claim(totals.id, page.storage, page.locks);
    const store = new TotalsStore(place, tabName, totals, () => page.clock());
    if (!holds(there, store.totals)) {
      // Started by this page, which finds its own copy by the id, or left by a page of this browser before it had saved.
      void store.save();
    }
    return new LocalMeter(page, store);
  }

  /** Emitted when the document changed. */
  get changed(): ISignal<this, void> {
    return this._changed;
  }

  /** Whether it is closed. */
  get isDisposed(): boolean {
    return this.store.isDisposed;
  }

  /** Stops for good. */
  dispose(): void {
    this._channel.close();
    this.store.dispose();
    Signal.clearData(this);
  }

  /**
   * Counts calls. A call that any tab has counted is not counted again, and a refused one is never counted.
   *
   * @param records - the calls.
   */
  addCalls(records: readonly CallRecord[]): void {
    for (const record of records) {
      if (record.status !== 'refused' && !this._isKnown(record.callId)) {
        this.store.add(priced(record));
      }
    }
  }

  /** Loads what other tabs and browsers have counted. */
  refresh(): Promise<void> {
    return this.store.save();
  }

  /** Where the limits stand. */
  get document(): StandingDocument {
    this._seq += 1;
    const limits = this._readLimits();
    return standingOf(this.store.totals, {
      limits,
      now: this.page.clock(),
      timeZone: this.page.timeZone,
      problems: [...this._problems, ...this._storeProblems()],
      seq: this._seq
    });
  }

  /** The calls that are kept whole, of all tabs and browsers. */
  readonly calls: ICallStore = new LocalCalls(() => callsOf(this.store.totals));

  /**
   * Claims an alert among all tabs and browsers.
   *
   * @param alertId - the alert.
   * @param claimant - the id of this tab.
   * @returns whether this tab shows it.
   */
  async claimAlert(alertId: string, claimant: string): Promise<boolean> {
    const claim = { by: claimant, at: this.page.clock() };
    await this.store.contend(withAlert(alertId, state => claimed(state, claim)));
    const state = this.store.totals.alerts.get(alertId);
    return state?.claim.by === claimant && !state.isAcknowledged;
  }

  /**
   * Marks an alert as seen, in all tabs and browsers.
   *
   * @param alertId - the alert.
   * @param claimant - the id of this tab.
   */
  async acknowledgeAlert(alertId: string, claimant: string): Promise<void> {
    const now = this.page.clock();
    await this.store.update(withAlert(alertId, state => acknowledged(state, claimant, now)));
  }

  /**
   * Transfers all totals to the server extension, which counts those of each tab once.
   *
   * @param client - sends them.
   * @throws {ClientError} when the server extension does not accept them; nothing is lost.
   */
  async transferTotals(client: MeterClient): Promise<void> {
    await this.store.save();
    const { totals } = this.store;
    const parts = untaken(totals);
    if (parts.length === 0) {
      return;
    }
    const taken = await client.postTakeover(writeTakeover(totals));
    for (const [id, part] of parts) {
      const late = callsAfter(part, taken.get(id) ?? 0);
      if (late.length > 0) {
        await client.postCalls(late);
      }
    }
    await this.store.update(before => ({
      ...before,
      taken: new Map([
        ...before.taken,
        ...parts.map(([id, part]) => [id, Math.max(part.revision, takenOf(before, id))] as const)
      ])
    }));
  }

  private _isKnown(callId: string): boolean {
    return [...this.store.totals.parts.values()].some(
      ({ calls, folded }) =>
        folded.includes(callId) || calls.some(({ record }) => record.callId === callId)
    );
  }

  /** The limits of the settings; the former ones while the settings hold something that is not a limit. */
  private _readLimits(): readonly LimitRule[] {
    const given = this.page.limits();
    if (given !== this._given) {
      this._given = given;
      try {
        this._limits = withNameParts(parseLimits(given ?? [], this.page.timeZone));
        this._problems = [];
      } catch (error) {
        if (!(error instanceof LimitError)) {
          throw error;
        }
        this._problems = [settingsProblem(error)];
      }
    }
    return this._limits;
  }

  private _storeProblems(): readonly Problem[] {
    const { problem } = this.store;
    return problem === undefined
      ? []
      : [{ code: 'local-totals', message: this.page.explain(problem) }];
  }

  private _onChanged(): void {
    this._changed.emit();
  }

  private readonly _changed = new Signal<this, void>(this);
  private readonly _channel = new BroadcastChannel(CHANNEL);
  private _given: unknown = {};
  private _limits: readonly LimitRule[] = [];
  private _problems: readonly Problem[] = [];
  private _seq = 0;
}

function withAlert(
  alertId: string,
  change: (state: AlertState | undefined) => AlertState
): (totals: LocalTotals) => LocalTotals {
  return totals => ({
    ...totals,
    alerts: new Map(totals.alerts).set(alertId, change(totals.alerts.get(alertId)))
  });
}

/** The problem of settings with something that is not a limit; the page says it in the user's language. */
function settingsProblem({ explanation }: LimitError): Problem {
  const code = 'limits-settings';
  const values = new Map([['error', explanation]]);
  return { code, message: code, explanation: { code, values, text: code } };
}
