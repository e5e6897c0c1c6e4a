/**
 * Shows alerts of limits and runaway kernels: toasts, and a dialog at the limit, each once and in one tab.
 */

import type { JupyterFrontEnd, JupyterFrontEndPlugin } from '@jupyterlab/application';
import { showErrorMessage } from '@jupyterlab/apputils';

import { AlertPresenter } from '../meter/alert-presenter';
import { CommandIDs } from '../commands';
import type { Standing } from '../core/record/standing';
import { IAlerts, IMeter, IRaises, IUsageView, IWording } from '../tokens';
import { raiseForm } from './raise-dialogs';
import { askAtLimit, tellOfRunaway, warn } from '../ui/alerts/alerts';

/** The plugin that shows alerts. */
export const alerts: JupyterFrontEndPlugin<void> = {
  id: 'jupyter-llm-meter:alerts',
  description: 'Warns near a limit and of runaway kernels, and tells when a limit is reached.',
  autoStart: true,
  requires: [IMeter, IAlerts, IRaises, IWording, IUsageView],
  activate: (
    app: JupyterFrontEnd,
    meter: IMeter,
    claims: IAlerts,
    raises: IRaises,
    wording: IWording,
    usage: IUsageView
  ): void => {
    const actions = {
      seeUsage: () => usage.open(),
      changeLimit: () => void app.commands.execute(CommandIDs.openSettings),
      interrupt: (kernelId: string) => interrupt(app, wording, kernelId),
      raiseForm: (standing: Standing, needed: string | undefined, onRaised: () => void) =>
        raiseForm(raises, wording, standing, needed, onRaised)
    };
    const presenter = new AlertPresenter(meter, claims, {
      isVisible: () => !document.hidden,
      showWarning: (alert, standing) => warn(alert, standing, wording, actions),
      showDialog: (alert, standing) => askAtLimit(alert, standing, wording, actions),
      showRunaway: runaway => tellOfRunaway(runaway, wording, actions)
    });
    document.addEventListener('visibilitychange', () => presenter.update());
  }
};

async function interrupt(
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
