/**
 * Provides the settings to all other plugins, and applies the language that they name and whether money is shown.
 */

import type { JupyterFrontEnd, JupyterFrontEndPlugin } from '@jupyterlab/application';
import { ISettingRegistry } from '@jupyterlab/settingregistry';

import { MeterSettings } from '../meter/settings';
import { IMeterSettings, IWording } from '../tokens';

/** The plugin that loads the settings. */
export const preferences: JupyterFrontEndPlugin<IMeterSettings> = {
  id: 'jupyter-llm-meter:preferences',
  description: 'Provides the settings of LLM Meter.',
  autoStart: true,
  provides: IMeterSettings,
  // The language plugin registers the transform without which the settings cannot be loaded.
  requires: [IWording],
  optional: [ISettingRegistry],
  activate: (
    app: JupyterFrontEnd,
    wording: IWording,
    registry: ISettingRegistry | null
  ): IMeterSettings => {
    const settings = new MeterSettings(registry);
    settings.follow(({ language, isCostShown }) => {
      wording.showMoney({ isShown: isCostShown });
      void wording.use(language);
    });
    void settings.load();
    const { contents } = app.serviceManager;
    contents.fileChanged.connect((_, { type, oldValue, newValue }) => {
      const [from, to] = [oldValue?.path, newValue?.path];
      if (type === 'rename' && from && to) {
        const move = { from: contents.localPath(from), to: contents.localPath(to) };
        settings.followMove(move).catch((error: unknown) => {
          console.error('LLM Meter could not let its settings follow a moved notebook.', error);
        });
      }
    });
    return settings;
  }
};
