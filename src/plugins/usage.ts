/**
 * Provides the place where usage is shown.
 */

import type { JupyterFrontEnd, JupyterFrontEndPlugin } from '@jupyterlab/application';
import { showErrorMessage } from '@jupyterlab/apputils';
import { INotebookTracker } from '@jupyterlab/notebook';

import { CommandIDs } from '../commands';
import type { Standing } from '../core/record/standing';
import { CurrentNotebook } from '../notebook/current-notebook';
import { openRaiseForm } from './raise-loader';
import {
  ICallStore,
  ICellCosts,
  IMeter,
  IMeterSettings,
  IRaises,
  IUsageView,
  IWording
} from '../tokens';
import { UsageLoader } from '../ui/popover/usage-loader';

/** The plugin of the popover. */
export const usage: JupyterFrontEndPlugin<IUsageView> = {
  id: 'jupyter-llm-meter:usage',
  description: 'Provides the popover with usage, limits and last calls.',
  autoStart: true,
  provides: IUsageView,
  requires: [IMeter, IWording, IMeterSettings, ICallStore, IRaises],
  optional: [INotebookTracker, ICellCosts],
  activate: (
    app: JupyterFrontEnd,
    meter: IMeter,
    wording: IWording,
    settings: IMeterSettings,
    calls: ICallStore,
    raises: IRaises,
    notebooks: INotebookTracker | null,
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
      raise: (standing: Standing) => void openRaiseForm(raises, wording, standing),
      setGauge: (key: 'gaugeMode' | 'gaugeLimit', value: string | null) =>
        void settings.set(key, value)
    };
    return new UsageLoader(
      async () => {
        const { UsageView } = await import('../ui/popover/usage-view');
        return new UsageView(meter, wording, { current, costs, calls }, actions, app.shell.node);
      },
      error => void showErrorMessage(wording.trans.__('LLM usage'), String(error))
    );
  }
};
