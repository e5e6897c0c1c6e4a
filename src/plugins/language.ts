/**
 * Provides the words: JupyterLab's language pack, our own Chinese catalogue, or English. The plugin `preferences` applies the
 * user's setting.
 */

import type { JupyterFrontEnd, JupyterFrontEndPlugin } from '@jupyterlab/application';
import { ISettingRegistry } from '@jupyterlab/settingregistry';
import { ITranslator, nullTranslator } from '@jupyterlab/translation';

import { Language } from '../translation/language';
import { translateSchema } from '../translation/schema-texts';
import { reportUnreadable } from '../meter/settings';
import { IWording, METER_PLUGIN_ID } from '../tokens';

/** The plugin that provides the words. */
export const language: JupyterFrontEndPlugin<IWording> = {
  id: 'jupyter-llm-meter:language',
  description: "Provides the words of LLM Meter in the user's language.",
  autoStart: true,
  provides: IWording,
  optional: [ITranslator, ISettingRegistry],
  activate: (
    _app: JupyterFrontEnd,
    translator: ITranslator | null,
    settingRegistry: ISettingRegistry | null
  ): IWording => {
    const wording = new Language(translator ?? nullTranslator, navigator.languages);
    if (settingRegistry !== null) {
      translateSchema(settingRegistry, METER_PLUGIN_ID, wording, reportUnreadable);
    }
    return wording;
  }
};
