/**
 * Tells of limits and runaway kernels: toasts, and a dialog at the limit, each once and in one tab.
 */

import type { JupyterFrontEnd, JupyterFrontEndPlugin } from '@jupyterlab/application';
import { showErrorMessage } from '@jupyterlab/apputils';

import { AlertDesk } from '../meter/alert-presenter';
import { CommandIDs } from '../commands';
import { IMeter, IUsageView, IWording } from '../tokens';
import { askAtLimit, tellOfRunaway, warn } from '../ui/alerts/alerts';

export const alerts: JupyterFrontEndPlugin<void> = {
  id: 'jupyter-llm-meter:alerts',
  description: 'Warns near a limit and of runaway kernels, and tells when a limit is reached.',
  autoStart: true,
  requires: [IMeter, IWording, IUsageView],
  activate: (app: JupyterFrontEnd, meter: IMeter, wording: IWording, usage: IUsageView): void => {
    const actions = {
      seeUsage: () => usage.open(),
      changeLimit: () => void app.commands.execute(CommandIDs.openSettings),
      interrupt: (kernelId: string) => interrupt(app, wording, kernelId)
    };
    const desk = new AlertDesk(meter, {
      isSeen: () => !document.hidden,
      warn: (alert, standing) => warn(alert, standing, wording, actions),
      stop: (alert, standing) => askAtLimit(alert, standing, meter, wording, actions),
      tellOf: runaway => tellOfRunaway(runaway, wording, actions)
    });
    meter.stateChanged.connect(desk.look, desk);
    document.addEventListener('visibilitychange', () => desk.look());
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
