/**
 * The runs of one open notebook's cells, kept new.
 *
 * The ledger is asked once at the start, and when it has committed calls or commits may have been missed: soon, but ever less
 * often while they keep coming. There is no polling, and nothing is requested for a notebook that is not visible.
 */

import type { IDisposable } from '@lumino/disposable';
import type { ISignal } from '@lumino/signaling';
import { Signal } from '@lumino/signaling';

import type { UnderWay } from '../core/words/badge';
import type { CellRun } from '../core/record/cell-runs';
import { NotebookRuns, totalOf } from '../core/record/cell-runs';
import type { CallRecord } from '../core/record/record';
import { estimateOf } from '../core/record/rerun';
import type { Schedule } from '../meter/model';
import { ClientError } from '../core/errors';
import type { ICellsAnswer, NotebookCosts } from '../tokens';

/** The pauses before the ledger is asked, in milliseconds. */
const FIRST_PAUSE_MS = 250;
const LONGEST_PAUSE_MS = 5_000;

/** How long a reported call may stay uncommitted before the ledger is asked, in milliseconds. */
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

/** The cells of one notebook. */
export class NotebookCells implements IDisposable {
  /**
   * @param view - the notebook.
   * @param listCells - requests its runs.
   * @param schedule - when to emit changes; the plugin passes the browser's animation frame.
   */
  constructor(
    private readonly view: NotebookView,
    private readonly listCells: (path: string) => Promise<ICellsAnswer>,
    private readonly schedule: Schedule
  ) {
    this.requestIfStale();
  }

  /** Emitted when a run or an answer under way is another; at most once a frame. */
  get changed(): ISignal<NotebookCells, void> {
    return this._changed;
  }

  /** Emitted once for a path at which the notebook is a copy without a history, with the path of the other one. */
  get copied(): ISignal<NotebookCells, string> {
    return this._copied;
  }

  /** Whether the notebook is closed. */
  get isDisposed(): boolean {
    return this._isDisposed;
  }

  /** Stops for good. */
  dispose(): void {
    this._isDisposed = true;
    clearTimeout(this._timer);
    clearTimeout(this._confirmation);
    Signal.clearData(this);
  }

  /** What the notebook costs. */
  get costs(): NotebookCosts {
    const { path, cellIds } = this.view;
    const { cells } = this._runs;
    return {
      path,
      total: totalOf(cellIds.map(cellId => this._runs.newestOf(cellId))),
      estimate: estimateOf(cellIds.map(cellId => cells.get(cellId) ?? []))
    };
  }

  /**
   * The newest run of a cell.
   *
   * @param cellId - the cell.
   * @returns undefined when it made no call.
   */
  newestOf(cellId: string): CellRun | undefined {
    return this._runs.newestOf(cellId);
  }

  /**
   * The answers of a cell that stream.
   *
   * @param cellId - the cell.
   * @returns the answers, in the order of their first report.
   */
  streamsOf(cellId: string): readonly UnderWay[] {
    return this.view.streams.filter(stream => stream.cellId === cellId);
  }

  /**
   * Adds a finished call that the notebook's kernel reports.
   *
   * @param record - the call.
   */
  addReported(record: CallRecord): void {
    const isNew = this._runs.addReported(record);
    if (isNew) {
      this.scheduleChange();
      this._awaitConfirmation();
    }
  }

  /**
   * Marks calls as committed by the ledger.
   *
   * @param callIds - calls of this notebook, or of any where the notebook is not known.
   */
  markCommitted(callIds: readonly string[]): void {
    this._runs.markCommitted(callIds);
    this.requestIfStale();
  }

  /** Marks the runs as stale: commits may have been missed, or the ledger can be reached again. */
  markStale(): void {
    this._hasFailed = false;
    this._runs.markStale();
    this.requestIfStale();
  }

  /**
   * Starts a new run of a cell.
   *
   * @param cellId - the cell.
   */
  startRun(cellId: string): void {
    this._runs.startRun(cellId);
    this.scheduleChange();
  }

  /** Requests the runs soon, if they are stale and the notebook is visible. */
  requestIfStale(): void {
    const isDue = this._runs.isStale && !this._hasFailed && this.view.isVisible;
    if (isDue && this._timer === undefined && !this._isDisposed) {
      this._timer = setTimeout(() => void this._request(), this._pause);
      this._pause = Math.min(this._pause * 2, LONGEST_PAUSE_MS);
    }
  }

  /** Emits a change at the next frame. */
  scheduleChange(): void {
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

  private async _request(): Promise<void> {
    const mark = this._runs.markRequest();
    try {
      const { path } = this.view;
      const { cells, callIds, copyOf } = await this.listCells(path);
      const committedIds = [...mark.committedIds, ...callIds];
      this._runs.loadAnswer(cells, { ...mark, committedIds });
      this._sayCopied(path, copyOf);
    } catch (error) {
      if (!(error instanceof ClientError)) {
        throw error;
      }
      this._hasFailed = true;
    } finally {
      this._timer = undefined;
    }
    this.scheduleChange();
    if (!this._runs.isStale) {
      this._pause = FIRST_PAUSE_MS;
    }
    this.requestIfStale();
  }

  private _sayCopied(path: string, copyOf: string | undefined): void {
    if (copyOf !== undefined && path !== this._saidOf && !this._isDisposed) {
      this._saidOf = path;
      this._copied.emit(copyOf);
    }
  }

  private _awaitConfirmation(): void {
    this._confirmation ??= setTimeout(() => {
      this._confirmation = undefined;
      if (this._runs.isWaiting) {
        this._runs.markAllCommitted();
        this.requestIfStale();
      }
    }, CONFIRMATION_MS);
  }

  private readonly _runs = new NotebookRuns();
  private readonly _changed = new Signal<this, void>(this);
  private readonly _copied = new Signal<this, string>(this);
  private _saidOf?: string;
  private _isDisposed = false;
  private _isScheduled = false;
  /** Whether the ledger did not answer; it is asked again when it is back. */
  private _hasFailed = false;
  private _pause = FIRST_PAUSE_MS;
  /** Set from the decision to request until the answer. */
  private _timer?: Timer;
  private _confirmation?: Timer;
}
