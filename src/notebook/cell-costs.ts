/**
 * The costs of the cells of all open notebooks: passes the calls of kernels and of the ledger to each notebook.
 *
 * A call that no kernel of this page reported may belong to any notebook: a subprocess may have made it, or a kernel that was
 * busy when the page was opened.
 */

import type { NotebookPanel } from '@jupyterlab/notebook';
import type { ISignal } from '@lumino/signaling';
import { Signal } from '@lumino/signaling';

import { BoundedMap } from '../core/bounded';
import type { NotebookView } from './notebook-cells';
import { NotebookCells } from './notebook-cells';
import type {
  ICallStore,
  ICellCosts,
  ICellsAnswer,
  IFinishedCall,
  IKernelCalls,
  IMeter,
  IMeterChange,
  NotebookCosts
} from '../tokens';

/** How many calls are remembered with the notebooks whose kernel reported them. */
const SOURCES_KEPT = 10_000;

/** The notebooks that are open. */
export class CellCosts implements ICellCosts {
  /**
   * @param meter - says what the ledger has committed.
   * @param store - has the recorded calls.
   * @param calls - what kernels report.
   */
  constructor(
    private readonly meter: IMeter,
    private readonly store: ICallStore,
    calls: IKernelCalls
  ) {
    calls.finished.connect(this._onFinished, this);
    meter.stateChanged.connect(this._onStateChanged, this);
  }

  /** {@inheritDoc ICellCosts.current} */
  get current(): NotebookCosts | null {
    return this._current === null ? null : (this.cellsOf(this._current)?.costs ?? null);
  }

  /** {@inheritDoc ICellCosts.changed} */
  get changed(): ISignal<ICellCosts, void> {
    return this._changed;
  }

  /**
   * The cells of an open notebook.
   *
   * @param panel - the notebook.
   * @returns undefined when it is not followed.
   */
  cellsOf(panel: NotebookPanel): NotebookCells | undefined {
    return this._notebooks.get(panel);
  }

  /**
   * Sets the notebook that the user works in.
   *
   * @param panel - the notebook; null where there is none.
   */
  setCurrent(panel: NotebookPanel | null): void {
    this._current = panel;
    this.requestStale();
    this._changed.emit();
  }

  /** Requests what is new about the notebooks that are visible now. */
  requestStale(): void {
    this._notebooks.forEach(cells => cells.requestIfStale());
  }

  /**
   * Follows a notebook until it is closed.
   *
   * @param panel - the notebook.
   * @returns its cells.
   */
  follow(panel: NotebookPanel): NotebookCells {
    const { context } = panel;
    const listCells = (path: string): Promise<ICellsAnswer> => this.store.listCells(path);
    const cells = new NotebookCells(this._viewOf(panel), listCells, nextFrame);
    this._notebooks.set(panel, cells);
    cells.changed.connect(() => this._changed.emit());
    context.pathChanged.connect(() => cells.markStale());
    panel.disposed.connect(() => {
      this._notebooks.delete(panel);
      cells.dispose();
    });
    return cells;
  }

  private _onFinished(_: IKernelCalls, { record, sessions }: IFinishedCall): void {
    const reporting = [...this._notebooks]
      .filter(([{ sessionContext }]) => sessions.includes(sessionContext))
      .map(([, cells]) => cells);
    if (reporting.length > 0) {
      this._notebooksOf.set(record.callId, reporting);
      reporting.forEach(cells => cells.addReported(record));
    }
  }

  private _viewOf({ context, content, sessionContext }: NotebookPanel): NotebookView {
    const { meter } = this;
    return {
      get path() {
        return context.localPath;
      },
      get isVisible() {
        return content.isVisible;
      },
      get cellIds() {
        const cells = content.model?.cells ?? [];
        return [...cells].filter(({ type }) => type === 'code').map(({ id }) => id);
      },
      get streams() {
        const { underWay = [] } = meter.snapshot;
        return underWay.filter(call => call.kernelId === sessionContext.session?.kernel?.id);
      }
    };
  }

  private _onStateChanged(_: IMeter, change: IMeterChange): void {
    if (change.areCommitsMissed) {
      this._notebooks.forEach(cells => cells.markStale());
    }
    change.committedIds.forEach(callId => this._markCommitted(callId));
  }

  private _markCommitted(callId: string): void {
    const concerned = this._notebooksOf.get(callId) ?? [...this._notebooks.values()];
    concerned.forEach(cells => cells.markCommitted([callId]));
  }

  private readonly _notebooks = new Map<NotebookPanel, NotebookCells>();
  private readonly _notebooksOf = new BoundedMap<string, readonly NotebookCells[]>(SOURCES_KEPT);
  private readonly _changed = new Signal<this, void>(this);
  private _current: NotebookPanel | null = null;
}

function nextFrame(callback: () => void): void {
  requestAnimationFrame(callback);
}
