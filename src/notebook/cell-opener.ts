/**
 * Opens the notebook of a call at the cell that made it, and says so if the notebook or the cell is gone.
 */

import type { JupyterFrontEnd } from '@jupyterlab/application';
import { Notification } from '@jupyterlab/apputils';
import type { INotebookTracker, NotebookPanel } from '@jupyterlab/notebook';
import { ServerConnection } from '@jupyterlab/services';

import type { CallRecord } from '../core/record/record';
import type { IWording } from '../tokens';

/** How long a notification stays, in milliseconds. */
const SHOWN_FOR_MS = 8_000;

/** Opens cells. */
export class CellOpener {
  constructor(
    private readonly app: JupyterFrontEnd,
    private readonly wording: IWording,
    private readonly notebooks: INotebookTracker | null
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
    const panel = await this._panelOf(notebookPath);
    // Notebook 7 opens another notebook in a page of its own, which this one cannot reach into.
    if (panel === undefined || cellId === undefined) {
      return;
    }
    await panel.context.ready;
    await panel.revealed;
    if (!(await goTo(panel, cellId))) {
      notify(trans.__('The cell that made this call is no longer in %1.', notebookPath));
    }
  }

  private async _panelOf(path: string): Promise<NotebookPanel | undefined> {
    const find = (): NotebookPanel | undefined =>
      this.notebooks?.find(panel => panel.context.path === path);
    const panel = find();
    if (panel !== undefined) {
      this.app.shell.activateById(panel.id);
      return panel;
    }
    await this.app.commands.execute('docmanager:open', { path });
    return find();
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
