/**
 * Provides the place where usage is shown.
 */

import type { JupyterFrontEnd, JupyterFrontEndPlugin } from '@jupyterlab/application';
import { INotebookTracker } from '@jupyterlab/notebook';
import { ISettingRegistry } from '@jupyterlab/settingregistry';

import { CommandIDs } from '../commands';
import type { Standing } from '../core/record/standing';
import { CurrentNotebook } from '../notebook/current-notebook';
import { raiseLimit } from '../ui/raises/raise-dialogs';
import { ICellCosts, IMeter, IUsageView, IWording, METER_PLUGIN_ID } from '../tokens';
import { UsageView } from '../ui/popover/usage-view';

export const usage: JupyterFrontEndPlugin<IUsageView> = {
  id: 'jupyter-llm-meter:usage',
  description: 'Provides the popover with usage, limits and last calls.',
  autoStart: true,
  provides: IUsageView,
  requires: [IMeter, IWording],
  optional: [INotebookTracker, ISettingRegistry, ICellCosts],
  activate: (
    app: JupyterFrontEnd,
    meter: IMeter,
    wording: IWording,
    notebooks: INotebookTracker | null,
    registry: ISettingRegistry | null,
    costs: ICellCosts | null
  ): IUsageView => {
    const { commands, serviceManager } = app;
    const current = new CurrentNotebook(notebooks, path => serviceManager.contents.localPath(path));
    const actions = {
      hasDashboard: () => commands.hasCommand(CommandIDs.openDashboard),
      openDashboard: () => void commands.execute(CommandIDs.openDashboard),
      openSettings: () => void commands.execute(CommandIDs.openSettings),
      showDiagnostics: () => void commands.execute(CommandIDs.showDiagnostics),
      showRaises: () => void commands.execute(CommandIDs.showRaises),
      raise: (standing: Standing) => void raiseLimit(meter, wording, standing),
      setGauge: (key: 'gaugeMode' | 'gaugeLimit', value: string | null) =>
        void registry?.set(METER_PLUGIN_ID, key, value)
    };
    return new UsageView(meter, wording, { current, costs }, actions, app.shell.node);
  }
};
