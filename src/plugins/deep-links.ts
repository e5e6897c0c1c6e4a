/**
 * Shows the cell that the address of the page names, as the messages of alerts link to it, in JupyterLab and Notebook 7.
 */

import type { JupyterFrontEnd, JupyterFrontEndPlugin } from '@jupyterlab/application';
import { IRouter } from '@jupyterlab/application';
import { INotebookTracker } from '@jupyterlab/notebook';

import { CommandIDs } from '../commands';
import type { PageAddress } from '../core/deep-link';
import { DEEP_LINK, readDeepLink } from '../core/deep-link';
import { CellOpener } from '../notebook/cell-opener';
import { IWording } from '../tokens';

/** Before the rules of the applications, which may end the routing. */
const RANK = 5;

const ARGS = {
  args: {
    type: 'object',
    properties: {
      path: { type: 'string', description: "The path of the page's address." },
      search: { type: 'string', description: 'Its query.' },
      hash: { type: 'string', description: 'Its fragment.' }
    },
    required: ['path', 'search', 'hash']
  }
} as const;

/** The plugin that follows links to cells. */
export const deepLinks: JupyterFrontEndPlugin<void> = {
  id: 'jupyter-llm-meter:deep-links',
  description: 'Shows the cell that the address of the page names.',
  autoStart: true,
  requires: [IRouter, INotebookTracker, IWording],
  activate: (
    app: JupyterFrontEnd,
    router: IRouter,
    notebooks: INotebookTracker,
    wording: IWording
  ): void => {
    const cells = new CellOpener(app, wording, notebooks);
    app.commands.addCommand(CommandIDs.followLink, {
      describedBy: ARGS,
      execute: args => {
        const link = readDeepLink(args as unknown as PageAddress);
        if (link === undefined) {
          return;
        }
        // Loading the page again must not scroll again.
        router.navigate(link.plainAddress, { skipRouting: true });
        if (link.notebookPath !== undefined) {
          cells.showWhenOpen(link.notebookPath, link.cellId);
        }
      }
    });
    router.register({ command: CommandIDs.followLink, pattern: DEEP_LINK, rank: RANK });
  }
};
