/**
 * Provides the place where usage is shown.
 */

import type { JupyterFrontEnd, JupyterFrontEndPlugin } from '@jupyterlab/application';

import { CommandIDs } from '../commands';
import { IMeter, IUsageView, IWording } from '../tokens';
import { UsageView } from '../usage';

export const usage: JupyterFrontEndPlugin<IUsageView> = {
  id: 'jupyter-llm-meter:usage',
  description: 'Provides the popover with usage, limits and last calls.',
  autoStart: true,
  provides: IUsageView,
  requires: [IMeter, IWording],
  activate: (app: JupyterFrontEnd, meter: IMeter, wording: IWording): IUsageView => {
    const openSettings = (): void => void app.commands.execute(CommandIDs.openSettings);
    return new UsageView(meter, wording, openSettings, app.shell.node);
  }
};
