/**
 * Provides what the cells of notebooks cost, and shows it: a badge at each cell, and if the user wants it in the notebook's
 * metadata and toolbar.
 */

import type { JupyterFrontEnd, JupyterFrontEndPlugin } from '@jupyterlab/application';
import { IToolbarWidgetRegistry, Notification } from '@jupyterlab/apputils';
import type { NotebookPanel } from '@jupyterlab/notebook';
import { INotebookTracker, NotebookActions } from '@jupyterlab/notebook';

import type { Sums } from '../core/record/run-sums';
import { CellCosts } from '../notebook/cell-costs';
import { saveCosts } from '../notebook/saved-costs';
import { ICallStore, ICellCosts, IKernelCalls, IMeter, IMeterSettings, IWording } from '../tokens';
import { NotebookBadges } from '../ui/badges/badges';
import { NotebookCostLabel } from '../ui/badges/notebook-cost';

/** The label's name in schema/badges.json. */
const LABEL = 'llm-meter-cost';

/** How long a notification stays, in milliseconds. */
const SHOWN_FOR_MS = 8_000;

/** The plugin that shows what cells and notebooks cost. */
export const badges: JupyterFrontEndPlugin<ICellCosts> = {
  id: 'jupyter-llm-meter:badges',
  description: 'Shows at each cell what its last run used, and provides what notebooks cost.',
  autoStart: true,
  provides: ICellCosts,
  requires: [IMeter, IWording, ICallStore, IKernelCalls, IMeterSettings],
  optional: [INotebookTracker, IToolbarWidgetRegistry],
  activate: (
    _app: JupyterFrontEnd,
    meter: IMeter,
    wording: IWording,
    store: ICallStore,
    calls: IKernelCalls,
    settings: IMeterSettings,
    tracker: INotebookTracker | null,
    toolbars: IToolbarWidgetRegistry | null
  ): ICellCosts => {
    const costs = new CellCosts(meter, store, calls);
    toolbars?.addFactory('Notebook', LABEL, (panel: NotebookPanel) => {
      const total = (): Sums | undefined =>
        settings.preferences.areCostsSaved ? costs.cellsOf(panel)?.costs.total : undefined;
      return new NotebookCostLabel(total, wording, costs.changed);
    });
    if (tracker !== null) {
      followNotebooks(tracker, costs, panel => showIn(panel, costs, settings, meter, wording));
    }
    settings.follow(() => tracker?.forEach(panel => costs.cellsOf(panel)?.scheduleChange()));
    document.addEventListener('visibilitychange', () => costs.requestStale());
    return costs;
  }
};

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
      costs.cellsOf(panel)?.startRun(cell.model.id);
    }
  });
}

/** Updates badges and metadata of a notebook when the costs of its cells change. */
function showIn(
  panel: NotebookPanel,
  costs: CellCosts,
  settings: IMeterSettings,
  meter: IMeter,
  wording: IWording
): void {
  const cells = costs.cellsOf(panel);
  if (cells === undefined) {
    return;
  }
  const shown = new NotebookBadges(panel, cells, wording);
  cells.copied.connect((_, path) => {
    const { trans } = wording;
    Notification.info(
      trans.__('This notebook is a copy of %1. Its LLM usage is counted from zero.', path),
      { autoClose: SHOWN_FOR_MS }
    );
  });
  cells.changed.connect(() => {
    const { areBadgesShown, areCostsSaved } = settings.preferences;
    shown.isOn = areBadgesShown;
    shown.update();
    const { model } = panel.content;
    if (areCostsSaved && model !== null && !model.readOnly) {
      saveCosts(model, cellId => cells.newestOf(cellId));
    }
  });
  const change = (): void => cells.scheduleChange();
  meter.stateChanged.connect(change);
  wording.changed.connect(change);
  panel.disposed.connect(() => {
    meter.stateChanged.disconnect(change);
    wording.changed.disconnect(change);
  });
  void panel.context.ready.then(() => {
    // New and removed cells change the badges, and the sums of the notebook.
    panel.content.model?.cells.changed.connect(change);
    cells.requestIfStale();
    change();
  });
}
