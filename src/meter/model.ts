/**
 * The state of the meter in this page.
 *
 * Owns the newest document, the pending calls, the state of the connection and the user's preferences, and tells when they
 * changed, many changes at once. Refuses DOM, network and clock: what it learns it is told.
 */

import type { ISignal } from '@lumino/signaling';
import { Signal } from '@lumino/signaling';

import type { UnderWay } from '../core/words/badge';
import { PendingCalls, withPending } from '../core/record/pending';
import type { CallRecord } from '../core/record/record';
import type { Connection, Snapshot } from '../core/record/snapshot';
import type { StandingDocument } from '../core/record/standing';
import type { IPreferences } from '../tokens';

/** The model of whose tokenizer most is known; as the setting's default. */
export const DEFAULT_COUNT_MODEL = 'gpt-5';

/** A moment in the model's life, taken when a request leaves. */
export interface Mark {
  readonly pushes: number;
  readonly pendingIds: readonly string[];
}

/** Runs a callback soon, and once for many changes. */
export type Schedule = (callback: () => void) => void;

export class MeterModel {
  /**
   * @param schedule - when to tell of changes; the plugin passes the browser's animation frame.
   */
  constructor(private readonly schedule: Schedule) {}

  get snapshot(): Snapshot {
    this._snapshot ??= this._takeSnapshot();
    return this._snapshot;
  }

  get preferences(): IPreferences {
    return this._preferences;
  }

  set preferences(preferences: IPreferences) {
    this._preferences = preferences;
    this._change();
  }

  get stateChanged(): ISignal<MeterModel, void> {
    return this._stateChanged;
  }

  /** The calls that stream at this moment. */
  set underWay(calls: readonly UnderWay[]) {
    this._underWay = calls;
    this._change();
  }

  /** How many documents were pushed. */
  get pushes(): number {
    return this._pushes;
  }

  get hasPending(): boolean {
    return this._pending.records.length > 0;
  }

  /** Takes the mark to be handed to `load` with the answer to a request that leaves now. */
  mark(): Mark {
    return {
      pushes: this._pushes,
      pendingIds: this._pending.records.map(record => record.callId)
    };
  }

  /**
   * Takes in the answer to a request.
   *
   * A document that was pushed while the answer was under way is at least as new, and stays.
   *
   * @param document - the answer.
   * @param mark - what `mark` gave when the request left.
   */
  load(document: StandingDocument, mark: Mark): void {
    this._pending.confirm(mark.pendingIds);
    if (mark.pushes === this._pushes) {
      this._document = document;
    }
    this._connect('live');
  }

  /**
   * Takes in a pushed document.
   *
   * @param document - the data of the event.
   * @returns whether it follows the one before; if not, an event was lost and the figures are to be asked for.
   */
  push(document: StandingDocument): boolean {
    this._areEventsMissing = false;
    const isNext = this._document !== undefined && document.seq === this._document.seq + 1;
    this._pushes += 1;
    this._document = document;
    this._pending.confirm(document.callIds);
    this._connect('live');
    return isNext;
  }

  /**
   * Notes that the figures can no longer be trusted to be the newest.
   *
   * @param connection - what happened.
   * @param reason - what the server said, where it said something.
   */
  lose(connection: 'away' | 'absent' | 'failed', reason?: string): void {
    // A page that counts alone knows that already.
    if (connection === 'absent' && this._connection === 'alone') {
      return;
    }
    this._connect(connection, reason);
  }

  /**
   * Takes in what this page itself has counted, where there is no server part.
   *
   * @param document - where the limits stand.
   */
  standAlone(document: StandingDocument): void {
    this._document = document;
    this._connect('alone');
  }

  /** Notes that events do not arrive; the next that does takes it back. */
  missEvents(): void {
    this._areEventsMissing = true;
    this._change();
  }

  /** Takes out the calls that the ledger has not confirmed, for somebody else to count. */
  takePending(): readonly CallRecord[] {
    const { records } = this._pending;
    this._pending.confirm(records.map(record => record.callId));
    return records;
  }

  /**
   * Counts a call ahead of the ledger's word.
   *
   * @returns whether the call was new.
   */
  report(record: CallRecord): boolean {
    const isNew = this._pending.add(record);
    if (isNew) {
      this._change();
    }
    return isNew;
  }

  private _connect(connection: Connection, reason?: string): void {
    this._connection = connection;
    this._reason = reason;
    this._change();
  }

  private _change(): void {
    this._snapshot = undefined;
    if (this._isScheduled) {
      return;
    }
    this._isScheduled = true;
    this.schedule(() => {
      this._isScheduled = false;
      this._stateChanged.emit();
    });
  }

  private _takeSnapshot(): Snapshot {
    return {
      connection: this._connection,
      reason: this._reason,
      document: this._document && withPending(this._document, this._pending.records),
      underWay: this._underWay.length === 0 ? undefined : this._underWay,
      areEventsMissing: this._areEventsMissing || undefined
    };
  }

  private readonly _pending = new PendingCalls();
  private readonly _stateChanged = new Signal<this, void>(this);
  private _preferences: IPreferences = {
    isGaugeShown: true,
    isCostShown: true,
    areOutputsScanned: true,
    gaugeMode: 'auto',
    countModel: DEFAULT_COUNT_MODEL
  };
  private _connection: Connection = 'loading';
  private _reason?: string;
  private _document?: StandingDocument;
  private _snapshot?: Snapshot;
  private _underWay: readonly UnderWay[] = [];
  private _areEventsMissing = false;
  private _pushes = 0;
  private _isScheduled = false;
}
