/**
 * Following the settings of the meter plugin.
 */

import type { ISettingRegistry } from '@jupyterlab/settingregistry';

import { METER_PLUGIN_ID } from '../tokens';

/**
 * Tells of the settings now and after each change.
 *
 * Settings that do not keep the schema leave the defaults in force; the service names what is wrong with a limit in its
 * state, which the gauge shows.
 *
 * @param registry - where the settings are.
 * @param follow - is called when they are loaded, and when they change.
 */
export async function followSettings(
  registry: ISettingRegistry,
  follow: (settings: ISettingRegistry.ISettings) => void
): Promise<void> {
  try {
    const settings = await registry.load(METER_PLUGIN_ID);
    settings.changed.connect(() => follow(settings));
    follow(settings);
  } catch (errors) {
    reportUnreadable(errors);
  }
}

/**
 * Says that the settings do not keep the schema.
 *
 * @param errors - what the settings registry found wrong.
 */
export function reportUnreadable(errors: unknown): void {
  console.error(
    'LLM Meter goes on with its default settings; correct them in the Settings Editor.',
    errors
  );
}
