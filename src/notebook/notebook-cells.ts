/**
 * The runs of one open notebook's cells, kept new.
 *
 * Owns when the ledger is asked: once at the start, and when it has taken calls or word of some was lost; soon, but ever
 * less often while they keep coming. Refuses to poll, and to ask for a notebook that nobody sees.
 */

import type { IDisposable } from '@lumino/disposable';
import type { ISignal } from '@lumino/signaling';
import { Signal } from '@lumino/signaling';

import type { UnderWay } from '../core/words/badge';
import type { CellRun } from '../core/record/cell-runs';
import { NotebookRuns, totalOf } from '../core/record/cell-runs';
import type { CallRecord } from '../core/record/record';
import { estimateOf } from '../core/words/rerun';
import type { Schedule } from '../meter/model';
import { ClientError } from '../core/errors';
import type { ICellsAnswer, NotebookCosts } from '../tokens';

/** The pauses before the ledger is asked, in milliseconds. */
const FIRST_PAUSE_MS = 250;
const LONGEST_PAUSE_MS = 5_000;

/** How long a kernel's word stands without the ledger's before the ledger is asked, in milliseconds. */
const CONFIRMATION_MS = 10_000;

type Timer = ReturnType<typeof setTimeout>;

/** An open notebook. */
export interface NotebookView {
  /** Where the ledger has it. */
  readonly path: string;
  readonly isVisible: boolean;
  /** The code cells that it has now. */
  readonly cellIds: readonly string[];
  /** The answers of its kernel that stream at this moment. */
  readonly streams: readonly UnderWay[];
}

export class NotebookCells implements IDisposable {
  /**
   * @param view - the notebook.
   * @param ask - asks the ledger, or whoever counts in its place.
   * @param schedule - when to tell of changes; the plugin passes the browser's animation frame.
   */
  constructor(
    private readonly view: NotebookView,
    private readonly ask: (path: string) => Promise<ICellsAnswer>,
    private readonly schedule: Schedule
  ) {
    this.update();
  }

  /** Emitted when a run or an answer under way is another; at most once a frame. */
  get changed(): ISignal<NotebookCells, void> {
    return this._changed;
  }

  get isDisposed(): boolean {
    return this._isDisposed;
  }

  dispose(): void {
    this._isDisposed = true;
    clearTimeout(this._timer);
    clearTimeout(this._confirmation);
    Signal.clearData(this);
  }

  get costs(): NotebookCosts {
    const { path, cellIds } = this.view;
    const { cells } = this._runs;
    return {
      path,
      total: totalOf(cellIds.map(cellId => this._runs.newestOf(cellId))),
      estimate: estimateOf(cellIds.map(cellId => cells.get(cellId) ?? []))
    };
  }

  /** The newest run of a cell; undefined when it called nothing. */
  newestOf(cellId: string): CellRun | undefined {
    return this._runs.newestOf(cellId);
  }

  /** The answers of a cell that are under way. */
  streamsOf(cellId: string): readonly UnderWay[] {
    return this.view.streams.filter(stream => stream.cellId === cellId);
  }

  /** Takes in a finished call that the notebook's kernel tells of. */
  report(record: CallRecord): void {
    const isNew = this._runs.report(record);
    if (isNew) {
      this.change();
      this._awaitConfirmation();
    }
  }

  /** Takes in that the ledger has taken calls, of this notebook as far as anyone knows. */
  commit(callIds: readonly string[]): void {
    this._runs.commit(callIds);
    this.update();
  }

  /** Takes in that word of calls may have been lost, or that the ledger can be reached again. */
  miss(): void {
    this._hasFailed = false;
    this._runs.miss();
    this.update();
  }

  /** Takes in that a cell starts anew. */
  startRun(cellId: string): void {
    this._runs.startRun(cellId);
    this.change();
  }

  /** Asks the ledger soon if it has something new and somebody sees the notebook. */
  update(): void {
    const isDue = this._runs.isStale && !this._hasFailed && this.view.isVisible;
    if (isDue && this._timer === undefined && !this._isDisposed) {
      this._timer = setTimeout(() => void this._ask(), this._pause);
      this._pause = Math.min(this._pause * 2, LONGEST_PAUSE_MS);
    }
  }

  /** Tells of a change at the next frame. */
  change(): void {
    if (!this._isScheduled) {
      this._isScheduled = true;
      this.schedule(() => {
        this._isScheduled = false;
        if (!this._isDisposed) {
          this._changed.emit();
        }
      });
    }
  }

  private async _ask(): Promise<void> {
    const mark = this._runs.mark();
    try {
      const { cells, callIds } = await this.ask(this.view.path);
      const committedIds = [...mark.committedIds, ...callIds];
      this._runs.load(cells, { ...mark, committedIds });
    } catch (error) {
      if (!(error instanceof ClientError)) {
        throw error;
      }
      this._hasFailed = true;
    } finally {
      this._timer = undefined;
    }
    this.change();
    if (!this._runs.isStale) {
      this._pause = FIRST_PAUSE_MS;
    }
    this.update();
  }

  private _awaitConfirmation(): void {
    this._confirmation ??= setTimeout(() => {
      this._confirmation = undefined;
      if (this._runs.isWaiting) {
        this._runs.commitAll();
        this.update();
      }
    }, CONFIRMATION_MS);
  }

  private readonly _runs = new NotebookRuns();
  private readonly _changed = new Signal<this, void>(this);
  private _isDisposed = false;
  private _isScheduled = false;
  /** Whether the ledger did not answer; it is asked again when it is there again. */
  private _hasFailed = false;
  private _pause = FIRST_PAUSE_MS;
  /** Set from the decision to ask until the answer. */
  private _timer?: Timer;
  private _confirmation?: Timer;
}
