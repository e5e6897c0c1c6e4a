/**
 * Counts the tokens of the selected text, by a command.
 */

import type { JupyterFrontEnd, JupyterFrontEndPlugin } from '@jupyterlab/application';
import { Notification } from '@jupyterlab/apputils';
import { INotebookTracker } from '@jupyterlab/notebook';

import { CommandIDs } from '../commands';
import { countText } from '../core/count/counted-text';
import { meantText } from '../notebook/selection';
import type { TokenCounter } from '../kernels/token-counter';
import { startCountWorker } from '../kernels/workers';
import { IMeterSettings, IWording } from '../tokens';

/** How long a count is shown, in milliseconds. */
const SHOWN_FOR_MS = 8_000;

/** The plugin that counts the tokens of selected text. */
export const counter: JupyterFrontEndPlugin<void> = {
  id: 'jupyter-llm-meter:counter',
  description: 'Counts the tokens of the selected text or the active cell.',
  autoStart: true,
  requires: [IMeterSettings, IWording],
  optional: [INotebookTracker],
  activate: (
    app: JupyterFrontEnd,
    settings: IMeterSettings,
    wording: IWording,
    notebooks: INotebookTracker | null
  ): void => {
    const { commands, shell } = app;
    let loading: Promise<TokenCounter> | undefined;
    commands.addCommand(CommandIDs.countSelection, {
      label: () => wording.trans.__('Count LLM Tokens'),
      caption: () => wording.trans.__('Count the tokens in the selected text or active cell'),
      describedBy: { args: { type: 'object', properties: {}, additionalProperties: false } },
      isEnabled: () => meantText(notebooks, shell.currentWidget) !== undefined,
      execute: async () => {
        const meant = meantText(notebooks, shell.currentWidget);
        if (meant === undefined) {
          return;
        }
        const { trans } = wording;
        const { countModel } = settings.preferences;
        loading ??= loadCounter();
        try {
          const count = await (await loading).count(meant.text, countModel);
          Notification.info(countText(count, meant.isSelection, countModel, wording), {
            autoClose: SHOWN_FOR_MS
          });
        } catch (error) {
          loading = undefined;
          Notification.error(trans.__("Couldn't count tokens: %1", String(error)), {
            autoClose: false
          });
        }
      }
    });
  }
};

async function loadCounter(): Promise<TokenCounter> {
  const { TokenCounter } = await import('../kernels/token-counter');
  return new TokenCounter(startCountWorker);
}
