/**
 * Opens the notebook of a call at the cell that made it, and says so if the notebook or the cell is gone.
 */

import type { JupyterFrontEnd } from '@jupyterlab/application';
import { Notification } from '@jupyterlab/apputils';
import type { INotebookTracker, NotebookPanel } from '@jupyterlab/notebook';
import { ServerConnection } from '@jupyterlab/services';

import { notebookPage } from '../core/deep-link';
import type { CallRecord } from '../core/record/record';
import type { IWording } from '../tokens';

/** How long a notification stays, in milliseconds. */
const SHOWN_FOR_MS = 8_000;

/** Opens cells. */
export class CellOpener {
  /**
   * @param app - the application.
   * @param wording - the words.
   * @param notebooks - the open notebooks; null where there can be none.
   * @param arePages - whether each notebook has a page of its own, as in Notebook 7.
   */
  constructor(
    private readonly app: JupyterFrontEnd,
    private readonly wording: IWording,
    private readonly notebooks: INotebookTracker | null,
    private readonly arePages = false
  ) {}

  /** Opens the notebook of a call at its cell. */
  async open({ notebookPath, cellId }: Pick<CallRecord, 'notebookPath' | 'cellId'>): Promise<void> {
    const { trans } = this.wording;
    if (notebookPath === undefined) {
      return;
    }
    if (!(await this._exists(notebookPath))) {
      notify(trans.__('The notebook %1 was moved or deleted.', notebookPath));
      return;
    }
    const panel = this._find(notebookPath);
    if (panel === undefined && this.arePages) {
      // This page cannot reach into another one, so the address says which cell it shows.
      const { baseUrl } = this.app.serviceManager.serverSettings;
      window.open(notebookPage(baseUrl, notebookPath, cellId));
      return;
    }
    if (panel !== undefined) {
      this.app.shell.activateById(panel.id);
    } else {
      await this.app.commands.execute('docmanager:open', { path: notebookPath });
    }
    await this._show(panel ?? this._find(notebookPath), cellId);
  }

  /**
   * Shows a cell once its notebook is open; another part of the application opens it.
   *
   * @param notebookPath - the notebook's path under the lab's root.
   * @param cellId - the cell.
   */
  showWhenOpen(notebookPath: string, cellId: string): void {
    const { notebooks } = this;
    const panel = this._find(notebookPath);
    if (panel !== undefined) {
      void this._show(panel, cellId);
      return;
    }
    const onAdded = (_: unknown, added: NotebookPanel): void => {
      if (this._pathOf(added) === notebookPath) {
        notebooks?.widgetAdded.disconnect(onAdded);
        void this._show(added, cellId);
      }
    };
    notebooks?.widgetAdded.connect(onAdded);
  }

  private async _show(panel: NotebookPanel | undefined, cellId: string | undefined): Promise<void> {
    if (panel === undefined || cellId === undefined) {
      return;
    }
    await panel.context.ready;
    await panel.revealed;
    if (!(await goTo(panel, cellId))) {
      const { trans } = this.wording;
      notify(trans.__('The cell that made this call is no longer in %1.', this._pathOf(panel)));
    }
  }

  private _find(path: string): NotebookPanel | undefined {
    return this.notebooks?.find(panel => this._pathOf(panel) === path);
  }

  /** The path of a notebook under the lab's root, whichever drive opened it. */
  private _pathOf({ context }: NotebookPanel): string {
    return this.app.serviceManager.contents.localPath(context.path);
  }

  private async _exists(path: string): Promise<boolean> {
    try {
      await this.app.serviceManager.contents.get(path, { content: false });
      return true;
    } catch (error) {
      // Opening the notebook reports any other error.
      return !(error instanceof ServerConnection.ResponseError && error.response.status === 404);
    }
  }
}

async function goTo({ content }: NotebookPanel, cellId: string): Promise<boolean> {
  const cells = [...(content.model?.cells ?? [])];
  const index = cells.findIndex(({ id }) => id === cellId);
  if (index < 0) {
    return false;
  }
  content.activeCellIndex = index;
  content.deselectAll();
  await content.scrollToItem(index, 'center');
  content.activate();
  return true;
}

function notify(message: string): void {
  Notification.info(message, { autoClose: SHOWN_FOR_MS });
}
