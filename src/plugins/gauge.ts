/**
 * The gauge in JupyterLab's status bar.
 */

import type { JupyterFrontEnd, JupyterFrontEndPlugin } from '@jupyterlab/application';
import { IStatusBar } from '@jupyterlab/statusbar';

import { IMeter, IUsageView, IWording } from '../tokens';
import { GaugeWidget } from '../widgets/gauge';

/** Left of the cursor's position and the other items of the right side. */
const RANK = 900;

export const gauge: JupyterFrontEndPlugin<void> = {
  id: 'jupyter-llm-meter:gauge',
  description: 'Shows the gauge in the status bar.',
  autoStart: true,
  requires: [IMeter, IWording, IUsageView],
  optional: [IStatusBar],
  activate: (
    _app: JupyterFrontEnd,
    meter: IMeter,
    wording: IWording,
    usage: IUsageView,
    statusBar: IStatusBar | null
  ): void => {
    if (statusBar === null) {
      return;
    }
    const item = new GaugeWidget(meter, wording, gauge => usage.toggle(gauge));
    usage.anchor = item;
    statusBar.registerStatusItem(gauge.id, {
      item,
      align: 'right',
      rank: RANK,
      isActive: () => meter.preferences.isGaugeShown,
      activeStateChanged: meter.stateChanged
    });
  }
};
