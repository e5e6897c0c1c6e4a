/**
 * Shows alerts: toasts, and a dialog at the limit. Loaded with the first alert.
 */

import type { JupyterFrontEnd } from '@jupyterlab/application';
import { showErrorMessage } from '@jupyterlab/apputils';

import { CommandIDs } from '../commands';
import type { Standing } from '../core/record/standing';
import { AlertPresenter } from '../meter/alert-presenter';
import type { IAlerts, IMeter, IRaises, IUsageView, IWording } from '../tokens';
import { askAtLimit, showRunaway, showWarning } from '../ui/alerts/alerts';
import { raiseForm } from './raise-dialogs';

/** What alerts need of the page. */
export interface AlertContext {
  readonly app: JupyterFrontEnd;
  readonly meter: IMeter;
  readonly claims: IAlerts;
  readonly raises: IRaises;
  readonly wording: IWording;
  readonly usage: IUsageView;
}

/**
 * Shows the alerts of the meter from now on, while the page is visible.
 *
 * @param context - what alerts need of the page.
 */
export function presentAlerts(context: AlertContext): void {
  const { app, meter, claims, raises, wording, usage } = context;
  const actions = {
    seeUsage: () => usage.open(),
    changeLimit: () => void app.commands.execute(CommandIDs.openSettings),
    interrupt: (kernelId: string) => interruptKernel(app, wording, kernelId),
    raiseForm: (standing: Standing, needed: string | undefined, onRaised: () => void) =>
      raiseForm(raises, wording, standing, needed, onRaised)
  };
  const presenter = new AlertPresenter(meter, claims, {
    isVisible: () => !document.hidden,
    showWarning: (alert, standing) => showWarning(alert, standing, wording, actions),
    showDialog: (alert, standing) => askAtLimit(alert, standing, wording, actions),
    showRunaway: runaway => showRunaway(runaway, wording, actions)
  });
  document.addEventListener('visibilitychange', () => presenter.update());
  presenter.update();
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
