/**
 * Shows alerts: toasts, and a dialog at the limit. Loaded with the first alert.
 */

import type { JupyterFrontEnd } from '@jupyterlab/application';
import { Notification, showErrorMessage } from '@jupyterlab/apputils';

import { CommandIDs } from '../commands';
import { ClientError } from '../core/errors';
import { concerns } from '../core/limits/concern';
import { spendingCell } from '../core/record/spending-cell';
import type { Standing } from '../core/record/standing';
import { AlertPresenter } from '../meter/alert-presenter';
import type { CellOpener } from '../notebook/cell-opener';
import type {
  IAlerts,
  ICallStore,
  ICurrentNotebook,
  IMeter,
  IRaises,
  IUsageView,
  IWording
} from '../tokens';
import { askAtLimit, showRunaway } from '../ui/alerts/alerts';
import { LimitToasts } from '../ui/alerts/limit-toasts';
import type { TypingPause } from '../ui/alerts/typing-pause';
import { raiseForm } from './raise-dialogs';

/** What alerts need of the page. */
export interface AlertContext {
  readonly app: JupyterFrontEnd;
  readonly meter: IMeter;
  readonly claims: IAlerts;
  readonly raises: IRaises;
  readonly wording: IWording;
  readonly usage: IUsageView;
  readonly notebooks: ICurrentNotebook;
  readonly typing: TypingPause;
  readonly calls: ICallStore;
  readonly cells: CellOpener;
}

/**
 * Shows the alerts of the meter from now on, while the page is visible.
 *
 * @param context - what alerts need of the page.
 */
export function presentAlerts(context: AlertContext): void {
  const { app, meter, claims, raises, wording, usage, notebooks, typing } = context;
  const actions = {
    seeUsage: () => usage.open(),
    changeLimit: () => void app.commands.execute(CommandIDs.openSettings),
    goToCell: (notebookPath: string, cellId: string | undefined) =>
      void goToSpender(context, notebookPath, cellId),
    interrupt: (kernelId: string) => interruptKernel(app, wording, kernelId),
    raiseForm: (standing: Standing, needed: string | undefined, onRaised: () => void) =>
      raiseForm(raises, wording, standing, needed, onRaised)
  };
  const toasts = new LimitToasts(Notification.manager, wording, actions);
  const presenter = new AlertPresenter(meter, claims, {
    isVisible: () => !document.hidden,
    concerns: standing =>
      concerns(standing, { owner: meter.snapshot.document?.owner, places: notebooks.open }),
    pause: () => typing.reached(),
    showWarning: (alert, standing) => toasts.show(alert, standing),
    closeWarning: alert => toasts.close(alert),
    followLimits: standings => toasts.follow(standings),
    showDialog: (alert, standing) => askAtLimit(alert, standing, wording, actions),
    showRunaway: runaway => showRunaway(runaway, wording, actions)
  });
  document.addEventListener('visibilitychange', () => presenter.update());
  notebooks.changed.connect(() => presenter.update());
  presenter.update();
}

/** Opens a notebook at the cell that used most; where the alert doesn't know it, at the one whose calls began last. */
async function goToSpender(
  { calls, cells }: AlertContext,
  notebookPath: string,
  topCell: string | undefined
): Promise<void> {
  const cellId = topCell ?? (await lastSpender(calls, notebookPath));
  await cells.open({ notebookPath, cellId });
}

/** The cell whose calls began last; undefined where the ledger does not know it. */
async function lastSpender(calls: ICallStore, notebookPath: string): Promise<string | undefined> {
  try {
    return spendingCell((await calls.listCells(notebookPath)).cells);
  } catch (error) {
    if (!(error instanceof ClientError)) {
      throw error;
    }
    return undefined;
  }
}

async function interruptKernel(
  { serviceManager }: JupyterFrontEnd,
  { trans }: IWording,
  kernelId: string
): Promise<void> {
  const { kernels } = serviceManager;
  try {
    const model = await kernels.findById(kernelId);
    if (model === undefined) {
      throw new Error(trans.__('The kernel is no longer running.'));
    }
    const kernel = kernels.connectTo({ model, handleComms: false });
    await kernel.interrupt().finally(() => kernel.dispose());
  } catch (error) {
    await showErrorMessage(
      trans.__("Couldn't interrupt the kernel"),
      error instanceof Error ? error.message : String(error)
    );
  }
}
