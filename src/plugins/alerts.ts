/**
 * Shows alerts of limits and runaway kernels: toasts, and a dialog at the limit, each once and in one tab.
 */

import type { JupyterFrontEnd, JupyterFrontEndPlugin } from '@jupyterlab/application';
import { ILabShell } from '@jupyterlab/application';
import { INotebookTracker } from '@jupyterlab/notebook';

import { CellOpener } from '../notebook/cell-opener';
import { CurrentNotebook } from '../notebook/current-notebook';
import { IAlerts, ICallStore, IMeter, IRaises, IUsageView, IWording } from '../tokens';
import { TypingPause } from '../ui/alerts/typing-pause';
import type { AlertContext } from './alert-display';

/** The plugin that shows alerts. */
export const alerts: JupyterFrontEndPlugin<void> = {
  id: 'jupyter-llm-meter:alerts',
  description: 'Shows alerts near a limit, at a limit, and of runaway kernels.',
  autoStart: true,
  requires: [IMeter, IAlerts, IRaises, IWording, IUsageView, ICallStore],
  optional: [INotebookTracker, ILabShell],
  activate: (
    app: JupyterFrontEnd,
    meter: IMeter,
    claims: IAlerts,
    raises: IRaises,
    wording: IWording,
    usage: IUsageView,
    calls: ICallStore,
    tracker: INotebookTracker | null,
    labShell: ILabShell | null
  ): void => {
    const { contents } = app.serviceManager;
    const notebooks = new CurrentNotebook(tracker, path => contents.localPath(path));
    const cells = new CellOpener(app, wording, tracker, labShell === null);
    const typing = new TypingPause(document);
    const context = { app, meter, claims, raises, wording, usage, notebooks, typing, calls, cells };
    let isLoading = false;
    const loadWithFirstAlert = (): void => {
      const { alerts = [], runaways = [] } = meter.snapshot.document ?? {};
      if (isLoading || alerts.length + runaways.length === 0) {
        return;
      }
      isLoading = true;
      startDisplay(context).then(
        () => meter.stateChanged.disconnect(loadWithFirstAlert),
        (error: unknown) => {
          isLoading = false;
          console.error('LLM Meter cannot show an alert yet; the next figures try again.', error);
        }
      );
    };
    meter.stateChanged.connect(loadWithFirstAlert);
    loadWithFirstAlert();
  }
};

async function startDisplay(context: AlertContext): Promise<void> {
  const { presentAlerts } = await import('./alert-display');
  presentAlerts(context);
}
