/**
 * The notebook that the user works in.
 */

import type { INotebookTracker, NotebookPanel } from '@jupyterlab/notebook';
import type { ISignal } from '@lumino/signaling';
import { Signal } from '@lumino/signaling';

import type { NotebookPlace } from '../core/dashboard/notebook-usage';
import type { ICurrentNotebook } from '../tokens';

/** Follows the current notebook, and its kernel. */
export class CurrentNotebook implements ICurrentNotebook {
  /**
   * @param tracker - has the notebooks; null where there are none.
   * @param localPath - removes the name of a drive from a path.
   */
  constructor(
    private readonly tracker: INotebookTracker | null,
    private readonly localPath: (path: string) => string
  ) {
    tracker?.currentChanged.connect((_, panel) => this._follow(panel));
    this._follow(tracker?.currentWidget ?? null);
  }

  /** Null where no notebook is open. */
  get place(): NotebookPlace | null {
    const panel = this.tracker?.currentWidget;
    return panel
      ? {
          path: this.localPath(panel.context.path),
          kernelId: panel.sessionContext.session?.kernel?.id
        }
      : null;
  }

  /** Emitted when it is another one, or another kernel. */
  get changed(): ISignal<ICurrentNotebook, void> {
    return this._changed;
  }

  private _follow(panel: NotebookPanel | null): void {
    this._panel?.sessionContext.kernelChanged.disconnect(this._emitChanged, this);
    this._panel = panel;
    panel?.sessionContext.kernelChanged.connect(this._emitChanged, this);
    this._emitChanged();
  }

  private _emitChanged(): void {
    this._changed.emit();
  }

  private readonly _changed = new Signal<this, void>(this);
  private _panel: NotebookPanel | null = null;
}
