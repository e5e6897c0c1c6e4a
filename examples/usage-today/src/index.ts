/**
 * Shows today's LLM tokens in the status bar.
 */

import type { JupyterFrontEnd, JupyterFrontEndPlugin } from '@jupyterlab/application';
import { IStatusBar } from '@jupyterlab/statusbar';
import { Widget } from '@lumino/widgets';
import type { Totals } from 'jupyter-llm-meter';
import { IMeter } from 'jupyter-llm-meter';

const plugin: JupyterFrontEndPlugin<void> = {
  id: 'llm-meter-usage-today:plugin',
  description: "Shows today's LLM tokens in the status bar.",
  autoStart: true,
  requires: [IMeter, IStatusBar],
  activate: (_app: JupyterFrontEnd, meter: IMeter, statusBar: IStatusBar): void => {
    const item = new Widget();
    const update = (): void => {
      item.node.textContent = textOf(meter.snapshot.document?.today);
    };
    meter.stateChanged.connect((_, { parts }) => {
      if (parts.has('document') || parts.has('pending')) {
        update();
      }
    });
    update();
    statusBar.registerStatusItem(plugin.id, { item, align: 'left' });
  }
};

/** What is not known yet is not zero. */
function textOf(today: Totals | undefined): string {
  return today === undefined
    ? 'LLM: …'
    : `LLM: ${today.inputTokens + today.outputTokens} tokens today`;
}

export default plugin;
