/**
 * The totals that several tabs and browsers keep in one place, and this tab's share in them.
 *
 * The place holds one text without versions, so a page reads, merges, writes, and reads again until it finds everything that it
 * has. What is lost when two pages write at the same moment is restored by the one that reads later.
 */

import type { IDisposable } from '@lumino/disposable';
import type { ISignal } from '@lumino/signaling';
import { Signal } from '@lumino/signaling';

import type { CallRecord } from '../core/record/record';
import {
  callsAfter,
  EMPTY_TAB_TOTALS,
  folded,
  readTabTotals,
  rebased,
  withCall,
  writeTabTotals
} from '../core/local/tab-totals';
import type { TabTotals } from '../core/local/tab-totals';
import type { LocalTotals } from '../core/local/local-totals';
import {
  EMPTY_TOTALS,
  holds,
  isCountedByOthers,
  mergedTotals,
  pruned,
  readLocalTotals,
  takenOf,
  writeLocalTotals
} from '../core/local/local-totals';
import type { TotalsSettings } from './totals-settings';
import type { TabName } from './tab-name';

/** How long calls are gathered before they are written, in milliseconds. */
const GATHER_MS = 1_000;
/** The pause before a page checks whether what it wrote is still there, in milliseconds; a part of it is random. */
const LOOK_MS = 300;
const MOST_LOOKS = 10;
/** The pauses between tries to write when the server rejects it, in milliseconds. */
const FIRST_PAUSE_MS = 2_000;
const LONGEST_PAUSE_MS = 60_000;
/** States of alerts are kept longer than any window but a total. */
const STATES_KEPT_MS = 62 * 86_400_000;

type Timer = ReturnType<typeof setTimeout>;

/** Reads and writes the totals. */
export class TotalsStore implements IDisposable {
  /**
   * @param place - where the total is.
   * @param tabName - the name under which this page writes.
   * @param totals - what the place held when the page looked.
   * @param clock - milliseconds since 1970.
   */
  constructor(
    private readonly place: TotalsSettings,
    private readonly tabName: TabName,
    totals: LocalTotals,
    private readonly clock: () => number
  ) {
    const kept = Object.entries(tabName.kept).map(
      ([id, part]) => [id, readTabTotals(part, `kept.${id}`)] as const
    );
    this._totals = mergedTotals(totals, { ...EMPTY_TOTALS, parts: new Map(kept) });
    this._part = this._totals.parts.get(tabName.id) ?? EMPTY_TAB_TOTALS;
  }

  /** The totals of all tabs and browsers, as far as they are known. */
  get totals(): LocalTotals {
    return this._totals;
  }

  /** Emitted when the totals changed, or whether it can be written. */
  get changed(): ISignal<this, void> {
    return this._changed;
  }

  /** Emitted when this page has written the totals. */
  get written(): ISignal<this, void> {
    return this._written;
  }

  /** Why the totals cannot be written now; undefined when it can. */
  get problem(): unknown {
    return this._problem;
  }

  /** Whether it is closed. */
  get isDisposed(): boolean {
    return this._isDisposed;
  }

  /** Stops for good. */
  dispose(): void {
    this._isDisposed = true;
    clearTimeout(this._timer);
    Signal.clearData(this);
  }

  /**
   * Counts a call; it is in the browser at once, and soon on the server.
   *
   * @param record - the call.
   */
  add(record: CallRecord): void {
    this._part = withCall(rebased(this._part, takenOf(this._totals, this.tabName.id)), record);
    this._totals = this._withPart(this._totals);
    this.tabName.storePart(writeTabTotals(this._part));
    this._changed.emit();
    this._saveIn(GATHER_MS);
  }

  /**
   * Changes the totals apart from those of this tab; resolves when they are written, or cannot be written now.
   *
   * @param change - returns the changed totals.
   */
  async update(change: (totals: LocalTotals) => LocalTotals): Promise<void> {
    this._totals = change(this._totals);
    await this.save();
  }

  /**
   * Changes the totals as `update` does, where two pages may do so at the same moment: each sees the other's change before this
   * resolves.
   *
   * @param change - returns the changed totals.
   */
  async contend(change: (totals: LocalTotals) => LocalTotals): Promise<void> {
    await this.update(change);
    // Longer than another page waits before it restores what was overwritten.
    await pause(2 * LOOK_MS);
    await this.save();
  }

  /** Merges what other pages have counted with what this page has; a call during another makes one more round. */
  async save(): Promise<void> {
    clearTimeout(this._timer);
    this._timer = undefined;
    this._saving = (this._saving ?? Promise.resolve()).then(() => this._save());
    await this._saving;
  }

  private async _save(): Promise<void> {
    if (this._isDisposed) {
      return;
    }
    try {
      for (let look = 0; look < MOST_LOOKS; look += 1) {
        const there = readLocalTotals(await this.place.readTotals());
        this._join(there);
        if (holds(there, this._totals)) {
          break;
        }
        await this.place.writeTotals(writeLocalTotals(this._totals));
        this._written.emit();
        await pause(LOOK_MS * (1 + Math.random()));
      }
      this._problem = undefined;
      this._pause = FIRST_PAUSE_MS;
    } catch (error) {
      this._problem = error;
      this._saveIn(this._pause);
      this._pause = Math.min(this._pause * 2, LONGEST_PAUSE_MS);
    }
    this._changed.emit();
  }

  private _join(there: LocalTotals): void {
    const now = this.clock();
    const joined = mergedTotals(there, this._totals);
    const { id } = this.tabName;
    const isOthers = (callId: string): boolean => isCountedByOthers(joined, id, callId);
    const taken = takenOf(joined, id);
    // Calls that were added while the earlier ones were transferred to the server extension.
    const isBehind = callsAfter(this._part, taken).length > 0;
    const part = folded(isBehind ? rebased(this._part, taken) : this._part, isOthers, now);
    if (part !== this._part) {
      this._part = part;
      this.tabName.storePart(writeTabTotals(part));
    }
    this._totals = pruned(this._withPart(joined), now - STATES_KEPT_MS);
    this.tabName.moveTo(joined.id, writeTabTotals(part));
  }

  private _withPart(totals: LocalTotals): LocalTotals {
    return this._part.revision > takenOf(totals, this.tabName.id)
      ? { ...totals, parts: new Map(totals.parts).set(this.tabName.id, this._part) }
      : totals;
  }

  private _saveIn(pause: number): void {
    if (!this._isDisposed) {
      this._timer ??= setTimeout(() => void this.save(), pause);
    }
  }

  private readonly _changed = new Signal<this, void>(this);
  private readonly _written = new Signal<this, void>(this);
  private _part: TabTotals;
  private _totals: LocalTotals;
  private _problem: unknown;
  private _isDisposed = false;
  private _pause = FIRST_PAUSE_MS;
  private _saving?: Promise<void>;
  private _timer?: Timer;
}

function pause(milliseconds: number): Promise<void> {
  return new Promise(resolve => {
    setTimeout(resolve, milliseconds);
  });
}
