/**
 * The gauge where there is no status bar, as in Notebook 7: in the top area, on every page.
 */

import type { JupyterFrontEnd, JupyterFrontEndPlugin } from '@jupyterlab/application';
import { INotebookTracker } from '@jupyterlab/notebook';
import { IStatusBar } from '@jupyterlab/statusbar';

import { CurrentNotebook } from '../notebook/current-notebook';
import { IMeter, IMeterSettings, IUsageView, IWording } from '../tokens';
import { GaugeWidget } from '../ui/gauge/gauge';

/** Right of the title and left of the kernel's logo. */
const RANK = 9000;

/** The plugin of the gauge in the top area. */
export const notebookGauge: JupyterFrontEndPlugin<void> = {
  id: 'jupyter-llm-meter:notebook-gauge',
  description: 'Shows the gauge in the top area where there is no status bar.',
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
    if (statusBar !== null) {
      return;
    }
    const { contents } = app.serviceManager;
    const current = new CurrentNotebook(notebooks, path => contents.localPath(path));
    const item = new GaugeWidget(meter, wording, current, gauge => usage.toggle(gauge));
    item.addClass('jp-LLMMeter-mod-top');
    settings.follow(({ isGaugeShown }) => item.setHidden(!isGaugeShown));
    usage.setAnchor(item);
    app.shell.add(item, 'top', { rank: RANK });
  }
};
