/**
 * The gauge where there is no status bar, as in Notebook 7: in the top area, on every page.
 */

import type { JupyterFrontEnd, JupyterFrontEndPlugin } from '@jupyterlab/application';
import { IStatusBar } from '@jupyterlab/statusbar';

import { IMeter, IUsageView, IWording } from '../tokens';
import { GaugeWidget } from '../widgets/gauge';

/** Right of the title and left of the kernel's logo. */
const RANK = 9000;

export const notebookGauge: JupyterFrontEndPlugin<void> = {
  id: 'jupyter-llm-meter:notebook-gauge',
  description: 'Shows the gauge in the top area where there is no status bar.',
  autoStart: true,
  requires: [IMeter, IWording, IUsageView],
  optional: [IStatusBar],
  activate: (
    app: JupyterFrontEnd,
    meter: IMeter,
    wording: IWording,
    usage: IUsageView,
    statusBar: IStatusBar | null
  ): void => {
    if (statusBar !== null) {
      return;
    }
    const item = new GaugeWidget(meter, wording, gauge => usage.toggle(gauge));
    item.addClass('jp-LLMMeter-mod-top');
    const follow = (): void => item.setHidden(!meter.preferences.isGaugeShown);
    meter.stateChanged.connect(follow);
    follow();
    usage.anchor = item;
    app.shell.add(item, 'top', { rank: RANK });
  }
};
