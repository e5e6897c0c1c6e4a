/**
 * Provides the words: JupyterLab's language pack, our own Chinese catalogue, or English.
 */

import type { JupyterFrontEnd, JupyterFrontEndPlugin } from '@jupyterlab/application';
import { ISettingRegistry } from '@jupyterlab/settingregistry';
import { ITranslator, nullTranslator } from '@jupyterlab/translation';

import type { LanguageSetting } from '../core/words/language';
import { LANGUAGES } from '../core/words/language';
import { Language } from '../translation/language';
import { translateSchema } from '../translation/schema-texts';
import { followSettings } from '../meter/settings';
import { IWording, METER_PLUGIN_ID } from '../tokens';

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
    if (settingRegistry === null) {
      void wording.use('auto');
    } else {
      translateSchema(settingRegistry, METER_PLUGIN_ID, wording);
      void followSettings(settingRegistry, settings => void wording.use(languageIn(settings)));
    }
    return wording;
  }
};

function languageIn(settings: ISettingRegistry.ISettings): LanguageSetting {
  const { composite } = settings.get('language');
  return LANGUAGES.find(language => language === composite) ?? 'auto';
}
