/**
 * The settings form in the user's language.
 *
 * JupyterLab's server translates schemas from the files of a language pack only, so a catalogue of our own has to be put
 * in by a transform (`jupyter.lab.transform` in the schema).
 */

import type { ISettingRegistry } from '@jupyterlab/settingregistry';
import type { TranslationBundle } from '@jupyterlab/translation';

import type { IWording } from '../tokens';

/** The keywords of JSON Schema whose values people read. */
const READ_BY_PEOPLE = ['title', 'description'];

/**
 * Translates a plugin's schema whenever it is loaded, and again when the translations change.
 *
 * @param registry - where the schema is loaded.
 * @param pluginId - whose schema.
 * @param wording - the words.
 * @param onError - is called when the settings do not keep the schema.
 */
export function translateSchema(
  registry: ISettingRegistry,
  pluginId: string,
  wording: IWording,
  onError: (error: unknown) => void
): void {
  registry.transform(pluginId, {
    fetch: plugin => ({
      ...plugin,
      schema: translated(plugin.schema, wording.trans) as ISettingRegistry.ISchema
    })
  });
  let { trans } = wording;
  wording.changed.connect(() => {
    if (wording.trans !== trans) {
      ({ trans } = wording);
      registry.reload(pluginId).catch(onError);
    }
  });
}

function translated(value: unknown, trans: TranslationBundle): unknown {
  if (Array.isArray(value)) {
    return value.map(item => translated(item, trans));
  }
  if (typeof value !== 'object' || value === null) {
    return value;
  }
  return Object.fromEntries(
    Object.entries(value).map(([key, item]) => [
      key,
      READ_BY_PEOPLE.includes(key) && typeof item === 'string'
        ? // eslint-disable-next-line jupyter/no-dynamic-translation -- the texts stand in schema/meter.json
          trans.gettext(item)
        : translated(item, trans)
    ])
  );
}
