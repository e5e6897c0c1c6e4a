/**
 * The gauge in JupyterLab's status bar.
 */

import type { JupyterFrontEnd, JupyterFrontEndPlugin } from '@jupyterlab/application';
import { INotebookTracker } from '@jupyterlab/notebook';
import { IStatusBar } from '@jupyterlab/statusbar';

import { CurrentNotebook } from '../notebook/current-notebook';
import { IMeter, IMeterSettings, IUsageView, IWording } from '../tokens';
import { GaugeWidget } from '../ui/gauge/gauge';

/** Left of the cursor's position and the other items of the right side. */
const RANK = 900;

/** The plugin of the gauge in the status bar. */
export const gauge: JupyterFrontEndPlugin<void> = {
  id: 'jupyter-llm-meter:gauge',
  description: 'Shows the gauge in the status bar.',
  autoStart: true,
  requires: [IMeter, IWording, IUsageView, IMeterSettings],
  optional: [IStatusBar, INotebookTracker],
  activate: (
    app: JupyterFrontEnd,
    meter: IMeter,
    wording: IWording,
    usage: IUsageView,
    settings: IMeterSettings,
    statusBar: IStatusBar | null,
    notebooks: INotebookTracker | null
  ): void => {
    if (statusBar === null) {
      return;
    }
    const { contents } = app.serviceManager;
    const current = new CurrentNotebook(notebooks, path => contents.localPath(path));
    const item = new GaugeWidget(meter, wording, current, gauge => usage.toggle(gauge));
    usage.setAnchor(item);
    statusBar.registerStatusItem(gauge.id, {
      item,
      align: 'right',
      rank: RANK,
      isActive: () => settings.preferences.isGaugeShown,
      activeStateChanged: settings.changed
    });
  }
};
