/**
 * Opens the settings: in the Settings Editor where the page has one, else on a page that has.
 *
 * In Notebook 7 only the tree page has the editor, so the other pages open that one, with a word in its address.
 */

import type { JupyterFrontEnd, JupyterFrontEndPlugin } from '@jupyterlab/application';
import { showErrorMessage } from '@jupyterlab/apputils';
import { PageConfig, URLExt } from '@jupyterlab/coreutils';

import { CommandIDs } from '../commands';
import { IWording } from '../tokens';

/** The command of @jupyterlab/settingeditor-extension. */
const SETTINGS_EDITOR = 'settingeditor:open';

/** The parameter of the address that opens the settings. */
const REQUEST = 'llm-meter-settings';

/** The plugin that opens the settings. */
export const settings: JupyterFrontEndPlugin<void> = {
  id: 'jupyter-llm-meter:settings',
  description: 'Opens the settings of LLM Meter.',
  autoStart: true,
  requires: [IWording],
  activate: (app: JupyterFrontEnd, wording: IWording): void => {
    app.commands.addCommand(CommandIDs.openSettings, {
      label: () => wording.trans.__('LLM Meter Settings'),
      caption: () => wording.trans.__('Change LLM Meter limits and preferences'),
      describedBy: { args: { type: 'object', properties: {}, additionalProperties: false } },
      execute: () => openSettings(app, wording)
    });
    if (new URLSearchParams(window.location.search).has(REQUEST)) {
      void app.restored.then(() => openSettings(app, wording));
    }
  }
};

async function openSettings(
  { commands, serviceManager }: JupyterFrontEnd,
  { trans }: IWording
): Promise<void> {
  if (commands.hasCommand(SETTINGS_EDITOR)) {
    await commands.execute(SETTINGS_EDITOR, { query: 'LLM Meter' });
  } else if (PageConfig.getOption('notebookPage') !== '') {
    const { baseUrl } = serviceManager.serverSettings;
    window.open(`${URLExt.join(baseUrl, 'tree')}?${REQUEST}`, '_blank', 'noopener');
  } else {
    await showErrorMessage(
      trans.__('LLM Meter Settings'),
      trans.__('This page has no Settings Editor. Set the limits in the server configuration.')
    );
  }
}
