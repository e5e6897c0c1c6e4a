/**
 * The state of the meter in this page: the newest document, the pending calls, the connection and the user's preferences.
 *
 * Emits many changes at once. No DOM, no network and no clock here.
 */

import type { ISignal } from '@lumino/signaling';
import { Signal } from '@lumino/signaling';

import type { UnderWay } from '../core/words/badge';
import type { IPreferences } from '../core/preferences';
import { readPreferences } from '../core/preferences';
import { withPending } from '../core/record/pending';
import type { Mark } from '../core/record/reconciler';
import { Reconciler } from '../core/record/reconciler';
import type { CallRecord } from '../core/record/record';
import type { Connection, Snapshot } from '../core/record/snapshot';
import type { StandingDocument } from '../core/record/standing';
import type { IMeterChange, MeterPart } from '../tokens';

/** A moment in the model's life, taken when a request leaves. */
interface ModelMark extends Mark {
  /** How many documents were pushed until then. */
  readonly pushes: number;
}

/** Runs a callback soon, and once for many changes. */
export type Schedule = (callback: () => void) => void;

/** Holds the state, and emits what changed. */
export class MeterModel {
  /**
   * @param schedule - when to emit changes; the plugin passes the browser's animation frame.
   */
  constructor(private readonly schedule: Schedule) {}

  /** The newest figures, with the calls that the ledger has not committed. */
  get snapshot(): Snapshot {
    this._snapshot ??= this._composeSnapshot();
    return this._snapshot;
  }

  /** What the user wants to see. */
  get preferences(): IPreferences {
    return this._preferences;
  }

  set preferences(preferences: IPreferences) {
    this._preferences = preferences;
    this._scheduleChange('preferences');
  }

  /** Emitted with everything that changed since it was emitted last. */
  get stateChanged(): ISignal<MeterModel, IMeterChange> {
    return this._stateChanged;
  }

  /** The calls that stream at this moment. */
  set underWay(calls: readonly UnderWay[]) {
    this._underWay = calls;
    this._scheduleChange('underWay');
  }

  /** How many documents were pushed. */
  get pushes(): number {
    return this._pushes;
  }

  /** Whether a reported call is not in the ledger's figures. */
  get hasPending(): boolean {
    return this._calls.open.size > 0;
  }

  /**
   * Marks the moment at which a request leaves.
   *
   * @returns the mark, for `loadAnswer`.
   */
  markRequest(): ModelMark {
    return { ...this._calls.markRequest(), pushes: this._pushes };
  }

  /**
   * Loads the answer to a request.
   *
   * A document that was pushed while the answer was under way is at least as new, and stays.
   *
   * @param document - the answer.
   * @param mark - what `markRequest` returned when the request left.
   */
  loadAnswer(document: StandingDocument, mark: ModelMark): void {
    this._calls.settleCalls(mark.openIds);
    if (mark.pushes === this._pushes) {
      this._setDocument(document);
    }
    this._setConnection('live');
  }

  /**
   * Loads a pushed document.
   *
   * @param document - the data of the event.
   * @returns whether it follows the document before; if not, an event was lost and the figures are to be requested.
   */
  loadPushed(document: StandingDocument): boolean {
    this._areEventsMissing = false;
    const isNext = this._document !== undefined && document.seq === this._document.seq + 1;
    this._pushes += 1;
    this._setDocument(document);
    this._calls.settleCalls(document.callIds);
    this._committedIds.push(...document.callIds);
    this._setConnection('live');
    return isNext;
  }

  /**
   * Marks the figures as possibly old.
   *
   * @param connection - what happened.
   * @param reason - what the server said, where it said something.
   */
  markUnavailable(connection: 'away' | 'absent' | 'failed', reason?: string): void {
    // In local mode the page keeps counting, so a missing server extension needs no message.
    if (connection === 'absent' && this._connection === 'local') {
      return;
    }
    this._setConnection(connection, reason);
  }

  /**
   * Loads what this page has counted in local mode.
   *
   * @param document - where the limits stand.
   */
  loadLocalDocument(document: StandingDocument): void {
    this._setDocument(document);
    // A local document names no committed calls.
    this._areCommitsMissed = true;
    this._setConnection('local');
  }

  /** Marks the server's events as missing; the next event takes it back. */
  markEventsMissing(): void {
    this._areEventsMissing = true;
    this._scheduleChange('connection');
  }

  /**
   * Takes out the calls that the ledger has not committed, for local mode to count.
   *
   * @returns the calls, oldest first.
   */
  removePendingCalls(): readonly CallRecord[] {
    const records = [...this._calls.open.values()];
    this._calls.settleCalls(records.map(({ callId }) => callId));
    return records;
  }

  /**
   * Counts a call before the ledger commits it.
   *
   * @param record - the call.
   * @returns whether the call was new.
   */
  addPendingCall(record: CallRecord): boolean {
    const isNew = this._calls.addReported(record);
    if (isNew) {
      this._scheduleChange('pending');
    }
    return isNew;
  }

  private _setDocument(document: StandingDocument): void {
    const before = this._document?.seq ?? document.seq;
    this._areCommitsMissed ||= document.seq !== before && document.seq !== before + 1;
    this._document = document;
    this._scheduleChange('document');
  }

  private _setConnection(connection: Connection, reason?: string): void {
    this._areCommitsMissed ||= connection === 'live' && this._connection !== 'live';
    this._connection = connection;
    this._reason = reason;
    this._scheduleChange('connection');
  }

  private _scheduleChange(part: MeterPart): void {
    this._snapshot = undefined;
    this._parts.add(part);
    if (this._isScheduled) {
      return;
    }
    this._isScheduled = true;
    this.schedule(() => {
      this._isScheduled = false;
      this._stateChanged.emit(this._collectChange());
    });
  }

  private _collectChange(): IMeterChange {
    const change = {
      parts: this._parts,
      committedIds: this._committedIds,
      areCommitsMissed: this._areCommitsMissed
    };
    this._parts = new Set();
    this._committedIds = [];
    this._areCommitsMissed = false;
    return change;
  }

  private _composeSnapshot(): Snapshot {
    return {
      connection: this._connection,
      reason: this._reason,
      document: this._document && withPending(this._document, [...this._calls.open.values()]),
      underWay: this._underWay.length === 0 ? undefined : this._underWay,
      areEventsMissing: this._areEventsMissing || undefined
    };
  }

  private readonly _calls = new Reconciler();
  private readonly _stateChanged = new Signal<this, IMeterChange>(this);
  private _parts = new Set<MeterPart>();
  private _committedIds: string[] = [];
  private _areCommitsMissed = false;
  private _preferences = readPreferences({});
  private _connection: Connection = 'loading';
  private _reason?: string;
  private _document?: StandingDocument;
  private _snapshot?: Snapshot;
  private _underWay: readonly UnderWay[] = [];
  private _areEventsMissing = false;
  private _pushes = 0;
  private _isScheduled = false;
}
