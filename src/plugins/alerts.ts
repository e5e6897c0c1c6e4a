/**
 * Tells of limits: a toast at a warning threshold, a dialog at the limit, each once and in one tab.
 */

import type { JupyterFrontEnd, JupyterFrontEndPlugin } from '@jupyterlab/application';

import { AlertDesk } from '../alerts';
import { CommandIDs } from '../commands';
import { IMeter, IUsageView, IWording } from '../tokens';
import { askAtLimit, warn } from '../widgets/alerts';

export const alerts: JupyterFrontEndPlugin<void> = {
  id: 'jupyter-llm-meter:alerts',
  description: 'Warns near a limit and tells when it is reached.',
  autoStart: true,
  requires: [IMeter, IWording, IUsageView],
  activate: (app: JupyterFrontEnd, meter: IMeter, wording: IWording, usage: IUsageView): void => {
    const actions = {
      seeUsage: () => usage.open(),
      changeLimit: () => void app.commands.execute(CommandIDs.openSettings)
    };
    const desk = new AlertDesk(meter, {
      isSeen: () => !document.hidden,
      warn: (alert, limit) => warn(alert, limit, wording, actions),
      stop: (alert, limit) => askAtLimit(alert, limit, wording, actions)
    });
    meter.stateChanged.connect(desk.look, desk);
    document.addEventListener('visibilitychange', () => desk.look());
  }
};
