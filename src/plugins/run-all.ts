/**
 * Asks before all cells of a notebook are run, when that is likely to cost more than the user set.
 *
 * JupyterLab lets nobody veto a command, so this stands where its menu, its toolbar button and its shortcut look for the
 * command to run. The core's own entries in the palette are out of reach; ours is beside them.
 */

import type { JupyterFrontEnd, JupyterFrontEndPlugin } from '@jupyterlab/application';
import { Dialog, ICommandPalette, showDialog } from '@jupyterlab/apputils';
import { IMainMenu } from '@jupyterlab/mainmenu';
import { INotebookTracker } from '@jupyterlab/notebook';
import { ISettingRegistry } from '@jupyterlab/settingregistry';
import type { CommandRegistry } from '@lumino/commands';
import { createElement } from 'react';

import { estimateSentences, exceeds } from '../core/words/rerun';
import { followSettings } from '../meter/settings';
import { ICellCosts, IWording } from '../tokens';
import { Paragraphs } from '../ui/paragraphs';

/** Ours, by the core command of @jupyterlab/notebook-extension for which each stands; see schema/run-all.json. */
const RUN_ALL = { command: 'llm-meter:run-all', core: 'notebook:run-all-cells' };
const RESTART_RUN_ALL = { command: 'llm-meter:restart-run-all', core: 'notebook:restart-run-all' };

/** Before the notebook's own candidate, whose rank is 500. */
const RANK = 100;

export const runAll: JupyterFrontEndPlugin<void> = {
  id: 'jupyter-llm-meter:run-all',
  description: 'Asks before a notebook is run whose cells are likely to cost more than an amount.',
  autoStart: true,
  requires: [ICellCosts, IWording, INotebookTracker],
  optional: [IMainMenu, ICommandPalette, ISettingRegistry],
  activate: (
    app: JupyterFrontEnd,
    costs: ICellCosts,
    wording: IWording,
    tracker: INotebookTracker,
    menu: IMainMenu | null,
    palette: ICommandPalette | null,
    registry: ISettingRegistry | null
  ): void => {
    const question = new Question(costs, wording);
    for (const pair of [RUN_ALL, RESTART_RUN_ALL]) {
      addStandIn(app.commands, pair, question, wording);
    }
    menu?.runMenu.codeRunners.runAll.add({
      id: RUN_ALL.command,
      isEnabled: widget => question.amount !== null && tracker.has(widget),
      rank: RANK
    });
    const category = wording.trans.__('LLM Meter');
    const args = { isPalette: true };
    palette?.addItem({ command: RUN_ALL.command, category, args });
    palette?.addItem({ command: RESTART_RUN_ALL.command, category, args });
    wording.changed.connect(() => app.commands.notifyCommandChanged());
    if (registry !== null) {
      void followSettings(registry, settings => {
        const { composite } = settings.get('confirmRunAllAbove');
        question.amount = typeof composite === 'number' ? composite : null;
      });
    }
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
      (await question.ask()) && ((await commands.execute(core, args)) as unknown)
  });
}

class Question {
  /** Above which it is asked, in USD; null is never. */
  amount: number | null = null;

  constructor(
    private readonly costs: ICellCosts,
    private readonly wording: IWording
  ) {}

  /**
   * Asks whether the current notebook shall be run; where it costs less, or nobody knows what, there is no question.
   *
   * @returns whether to run it.
   */
  async ask(): Promise<boolean> {
    const estimate = this.costs.current?.estimate;
    if (this.amount === null || estimate === undefined || !exceeds(estimate, this.amount)) {
      return true;
    }
    const { trans, format } = this.wording;
    const { button } = await showDialog({
      title: trans.__('Run all cells?'),
      body: createElement(Paragraphs, {
        texts: [
          ...estimateSentences(estimate, this.wording),
          trans.__('You asked to confirm runs above %1.', format.money(String(this.amount)))
        ]
      }),
      buttons: [
        Dialog.cancelButton({ label: trans.__('Cancel') }),
        Dialog.okButton({ label: trans.__('Run All') })
      ]
    });
    return button.accept;
  }
}
