/**
 * The notebook that the user works in.
 */

import type { INotebookTracker, NotebookPanel } from '@jupyterlab/notebook';
import type { ISignal } from '@lumino/signaling';
import { Signal } from '@lumino/signaling';

/** Where calls of the notebook are found in the ledger. */
export interface Place {
  /** Under the lab's root, without the name of a drive. */
  readonly path: string;
  /** Absent while no kernel runs. */
  readonly kernelId?: string;
}

export class CurrentNotebook {
  /**
   * @param tracker - knows the notebooks; null where there are none.
   * @param localPath - takes the name of a drive off a path.
   */
  constructor(
    private readonly tracker: INotebookTracker | null,
    private readonly localPath: (path: string) => string
  ) {
    tracker?.currentChanged.connect((_, panel) => this._follow(panel));
    this._follow(tracker?.currentWidget ?? null);
  }

  /** Null where no notebook is open. */
  get place(): Place | null {
    const panel = this.tracker?.currentWidget;
    return panel
      ? {
          path: this.localPath(panel.context.path),
          kernelId: panel.sessionContext.session?.kernel?.id
        }
      : null;
  }

  /** Emitted when it is another one, or another kernel. */
  get changed(): ISignal<CurrentNotebook, void> {
    return this._changed;
  }

  private _follow(panel: NotebookPanel | null): void {
    this._panel?.sessionContext.kernelChanged.disconnect(this._tell, this);
    this._panel = panel;
    panel?.sessionContext.kernelChanged.connect(this._tell, this);
    this._tell();
  }

  private _tell(): void {
    this._changed.emit();
  }

  private readonly _changed = new Signal<this, void>(this);
  private _panel: NotebookPanel | null = null;
}
