/**
 * Provides what the cells of notebooks cost, and shows it: a badge at each cell, and where the user asks for it in the
 * notebook's metadata and toolbar.
 */

import type { JupyterFrontEnd, JupyterFrontEndPlugin } from '@jupyterlab/application';
import { IToolbarWidgetRegistry } from '@jupyterlab/apputils';
import type { NotebookPanel } from '@jupyterlab/notebook';
import { INotebookTracker, NotebookActions } from '@jupyterlab/notebook';
import { ISettingRegistry } from '@jupyterlab/settingregistry';

import { CellCosts } from '../notebook/cell-costs';
import { MeterClient } from '../meter/client';
import { saveCosts } from '../notebook/saved-costs';
import { followSettings } from '../meter/settings';
import { ICellCosts, IMeter, IWording } from '../tokens';
import { NotebookBadges } from '../ui/badges/badges';
import { NotebookCostLabel } from '../ui/badges/notebook-cost';

/** The label's name in schema/badges.json. */
const LABEL = 'llm-meter-cost';

export const badges: JupyterFrontEndPlugin<ICellCosts> = {
  id: 'jupyter-llm-meter:badges',
  description: 'Shows at each cell what its last run used, and provides what notebooks cost.',
  autoStart: true,
  provides: ICellCosts,
  requires: [IMeter, IWording],
  optional: [INotebookTracker, ISettingRegistry, IToolbarWidgetRegistry],
  activate: (
    app: JupyterFrontEnd,
    meter: IMeter,
    wording: IWording,
    tracker: INotebookTracker | null,
    registry: ISettingRegistry | null,
    toolbars: IToolbarWidgetRegistry | null
  ): ICellCosts => {
    const costs = new CellCosts(meter, new MeterClient(app.serviceManager.serverSettings));
    const wishes = new Wishes();
    toolbars?.addFactory(
      'Notebook',
      LABEL,
      (panel: NotebookPanel) =>
        new NotebookCostLabel(
          () => costs.of(panel)?.costs.total,
          costs.changed,
          wording,
          () => wishes.areCostsSaved
        )
    );
    if (tracker !== null) {
      followNotebooks(tracker, costs, panel => showIn(panel, costs, wishes, meter, wording));
    }
    if (registry !== null) {
      void followSettings(registry, settings => {
        wishes.areBadgesShown = settings.get('cellBadges').composite !== false;
        wishes.areCostsSaved = settings.get('saveCosts').composite === true;
        tracker?.forEach(panel => costs.of(panel)?.change());
      });
    }
    document.addEventListener('visibilitychange', () => costs.look());
    return costs;
  }
};

/** What the user set. */
class Wishes {
  areBadgesShown = true;
  areCostsSaved = false;
}

function followNotebooks(
  tracker: INotebookTracker,
  costs: CellCosts,
  onPanel: (panel: NotebookPanel) => void
): void {
  const follow = (panel: NotebookPanel): void => {
    costs.follow(panel);
    onPanel(panel);
  };
  tracker.forEach(follow);
  tracker.widgetAdded.connect((_, panel) => follow(panel));
  tracker.currentChanged.connect((_, panel) => costs.setCurrent(panel));
  costs.setCurrent(tracker.currentWidget);
  NotebookActions.executionScheduled.connect((_, { notebook, cell }) => {
    const panel = tracker.find(({ content }) => content === notebook);
    if (panel !== undefined) {
      costs.of(panel)?.begin(cell.model.id);
    }
  });
}

/** Keeps badges and metadata of a notebook to what its cells cost. */
function showIn(
  panel: NotebookPanel,
  costs: CellCosts,
  wishes: Wishes,
  meter: IMeter,
  wording: IWording
): void {
  const cells = costs.of(panel);
  if (cells === undefined) {
    return;
  }
  const shown = new NotebookBadges(panel, cells, meter, wording);
  cells.changed.connect(() => {
    shown.isOn = wishes.areBadgesShown;
    shown.update();
    const { model } = panel.content;
    if (wishes.areCostsSaved && model !== null && !model.readOnly) {
      saveCosts(model, cellId => cells.newestOf(cellId));
    }
  });
  const change = (): void => cells.change();
  meter.stateChanged.connect(change);
  wording.changed.connect(change);
  panel.disposed.connect(() => {
    meter.stateChanged.disconnect(change);
    wording.changed.disconnect(change);
  });
  void panel.context.ready.then(() => {
    // What is gone or new changes the badges, and the sums of the notebook.
    panel.content.model?.cells.changed.connect(change);
    cells.look();
    change();
  });
}
