/**
 * The notebook that the user works in.
 */

import type { INotebookTracker, NotebookPanel } from '@jupyterlab/notebook';
import type { ISignal } from '@lumino/signaling';
import { Signal } from '@lumino/signaling';

import type { NotebookPlace } from '../core/dashboard/notebook-usage';
import { projectOf } from '../core/limits/concern';
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
    return panel ? this._placeOf(panel) : null;
  }

  /** All notebooks that are open in this page. */
  get open(): readonly NotebookPlace[] {
    const places: NotebookPlace[] = [];
    this.tracker?.forEach(panel => places.push(this._placeOf(panel)));
    return places;
  }

  /** Emitted when it is another one, or has another kernel or path. */
  get changed(): ISignal<ICurrentNotebook, void> {
    return this._changed;
  }

  private _placeOf({ context, sessionContext }: NotebookPanel): NotebookPlace {
    const path = this.localPath(context.path);
    return {
      path,
      kernelId: sessionContext.session?.kernel?.id,
      project: projectOf(path, context.model.getMetadata('llm-meter'))
    };
  }

  private _follow(panel: NotebookPanel | null): void {
    this._panel?.sessionContext.kernelChanged.disconnect(this._emitChanged, this);
    this._panel?.context.pathChanged.disconnect(this._emitChanged, this);
    this._panel = panel;
    panel?.sessionContext.kernelChanged.connect(this._emitChanged, this);
    panel?.context.pathChanged.connect(this._emitChanged, this);
    this._emitChanged();
  }

  private _emitChanged(): void {
    this._changed.emit();
  }

  private readonly _changed = new Signal<this, void>(this);
  private _panel: NotebookPanel | null = null;
}
