/**
 * Opens the dashboard, and brings it back with the layout.
 */

import type { JupyterFrontEnd, JupyterFrontEndPlugin } from '@jupyterlab/application';
import { ILabShell, ILayoutRestorer } from '@jupyterlab/application';
import { MainAreaWidget, showErrorMessage, WidgetTracker } from '@jupyterlab/apputils';
import { INotebookTracker } from '@jupyterlab/notebook';
import type { ReadonlyPartialJSONValue } from '@lumino/coreutils';

import { CommandIDs } from '../commands';
import { CellOpener } from '../notebook/cell-opener';
import { gaugeIcon } from '../ui/icon';
import { ICallStore, IMeter, IWording } from '../tokens';
import type * as Frame from '../ui/dashboard/frame';

type DashboardTab = MainAreaWidget<Frame.DashboardFrame>;

const ARGS = {
  args: {
    type: 'object',
    properties: {
      view: { type: 'object', description: 'What it shows, as the saved layout holds it.' }
    },
    additionalProperties: false
  }
} as const;

/** The plugin that opens the dashboard. */
export const dashboard: JupyterFrontEndPlugin<void> = {
  id: 'jupyter-llm-meter:dashboard',
  description: 'Adds the dashboard.',
  autoStart: true,
  requires: [IMeter, IWording, ICallStore],
  optional: [ILabShell, ILayoutRestorer, INotebookTracker],
  activate: (
    app: JupyterFrontEnd,
    meter: IMeter,
    wording: IWording,
    store: ICallStore,
    labShell: ILabShell | null,
    restorer: ILayoutRestorer | null,
    notebooks: INotebookTracker | null
  ): void => {
    const tracker = new WidgetTracker<DashboardTab>({ namespace: 'llm-meter-dashboard' });
    const opener = new CellOpener(app, wording, notebooks, labShell === null);
    const make = (
      { DashboardFrame }: typeof Frame,
      saved: ReadonlyPartialJSONValue | undefined
    ): DashboardTab => {
      const frame = new DashboardFrame(
        meter,
        wording,
        store,
        place => void opener.open(place),
        saved
      );
      const tab = tabOf(frame, wording);
      tab.content.viewChanged.connect(() => void tracker.save(tab));
      // Notebook 7 shows nothing but the notebook in its main area.
      app.shell.add(tab, labShell === null ? 'right' : 'main');
      void tracker.add(tab);
      return tab;
    };
    app.commands.addCommand(CommandIDs.openDashboard, {
      label: () => wording.trans.__('LLM Dashboard'),
      caption: () => wording.trans.__('Show LLM usage trends, limits, and calls'),
      icon: gaugeIcon,
      describedBy: ARGS,
      execute: async args => {
        try {
          const frame = await import('../ui/dashboard/frame');
          const tab = tracker.find(() => true) ?? make(frame, args.view);
          app.shell.activateById(tab.id);
        } catch (error) {
          await showErrorMessage(wording.trans.__('LLM Dashboard'), String(error));
        }
      }
    });
    void restorer?.restore(tracker, {
      command: CommandIDs.openDashboard,
      args: ({ content }) => ({ view: content.view ?? {} }),
      name: () => 'dashboard'
    });
  }
};

function tabOf(content: Frame.DashboardFrame, wording: IWording): DashboardTab {
  const tab = new MainAreaWidget({ content });
  tab.id = 'jp-LLMMeter-dashboard';
  tab.title.icon = gaugeIcon;
  tab.title.closable = true;
  const name = (): void => {
    tab.title.label = wording.trans.__('LLM Dashboard');
    tab.title.caption = tab.title.label;
  };
  wording.changed.connect(name);
  tab.disposed.connect(() => wording.changed.disconnect(name));
  name();
  return tab;
}
