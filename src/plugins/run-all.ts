/**
 * Asks before all cells of a notebook are run, when that is likely to cost more than the user set.
 *
 * JupyterLab has no way to veto a command, so this stands where its menu, its toolbar button and its shortcut look for the
 * command to run. The core's own entries in the palette are out of reach; ours is beside them.
 */

import type { JupyterFrontEnd, JupyterFrontEndPlugin } from '@jupyterlab/application';
import { ICommandPalette, showErrorMessage } from '@jupyterlab/apputils';
import { IMainMenu } from '@jupyterlab/mainmenu';
import { INotebookTracker } from '@jupyterlab/notebook';
import type { CommandRegistry } from '@lumino/commands';

import { exceeds } from '../core/record/rerun';
import { ICellCosts, IMeterSettings, IWording } from '../tokens';

/** Ours, by the core command of @jupyterlab/notebook-extension for which each stands; see schema/run-all.json. */
const RUN_ALL = { command: 'llm-meter:run-all', core: 'notebook:run-all-cells' };
const RESTART_RUN_ALL = { command: 'llm-meter:restart-run-all', core: 'notebook:restart-run-all' };

/** Before the notebook's own candidate, whose rank is 500. */
const RANK = 100;

/** The plugin that asks before all cells are run. */
export const runAll: JupyterFrontEndPlugin<void> = {
  id: 'jupyter-llm-meter:run-all',
  description: 'Asks before a notebook is run whose cells are likely to cost more than an amount.',
  autoStart: true,
  requires: [ICellCosts, IWording, IMeterSettings, INotebookTracker],
  optional: [IMainMenu, ICommandPalette],
  activate: (
    app: JupyterFrontEnd,
    costs: ICellCosts,
    wording: IWording,
    settings: IMeterSettings,
    tracker: INotebookTracker,
    menu: IMainMenu | null,
    palette: ICommandPalette | null
  ): void => {
    const question = new Question(costs, settings, wording);
    for (const pair of [RUN_ALL, RESTART_RUN_ALL]) {
      addStandIn(app.commands, pair, question, wording);
    }
    menu?.runMenu.codeRunners.runAll.add({
      id: RUN_ALL.command,
      isEnabled: widget =>
        settings.preferences.confirmRunAllAbove !== undefined && tracker.has(widget),
      rank: RANK
    });
    const category = wording.trans.__('LLM Meter');
    const args = { isPalette: true };
    palette?.addItem({ command: RUN_ALL.command, category, args });
    palette?.addItem({ command: RESTART_RUN_ALL.command, category, args });
    wording.changed.connect(() => app.commands.notifyCommandChanged());
  }
};

/** Adds a command that does what the core's does, after a question. */
function addStandIn(
  commands: CommandRegistry,
  { command, core }: typeof RUN_ALL,
  question: Question,
  wording: IWording
): void {
  commands.addCommand(command, {
    label: args =>
      args.isPalette === true
        ? wording.trans.__('%1 (Confirm Cost)', commands.label(core, args))
        : commands.label(core, args),
    caption: args => commands.caption(core, args),
    icon: args => commands.icon(core, args),
    isEnabled: args => commands.isEnabled(core, args),
    describedBy: { args: { type: 'object', properties: {} } },
    execute: async args =>
      (await question.confirmRun()) && ((await commands.execute(core, args)) as unknown)
  });
}

class Question {
  constructor(
    private readonly costs: ICellCosts,
    private readonly settings: IMeterSettings,
    private readonly wording: IWording
  ) {}

  /**
   * Asks whether to run the current notebook; not where it costs less, or where its cost is unknown.
   *
   * @returns whether to run it; not when the question cannot be loaded, which is said.
   */
  async confirmRun(): Promise<boolean> {
    const estimate = this.costs.current?.estimate;
    const amount = this.settings.preferences.confirmRunAllAbove;
    if (amount === undefined || estimate === undefined || !exceeds(estimate, amount)) {
      return true;
    }
    try {
      const { confirmRun } = await import('../ui/rerun/confirm-run');
      return await confirmRun(estimate, amount, this.wording);
    } catch (error) {
      await showErrorMessage(this.wording.trans.__('Run all cells?'), String(error));
      return false;
    }
  }
}
