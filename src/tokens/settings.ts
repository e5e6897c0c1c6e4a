/**
 * The token of the settings.
 */

import { Token } from '@lumino/coreutils';
import type { ISignal } from '@lumino/signaling';

import type { IPreferences } from '../core/preferences';

/** The settings of the meter. */
export interface IMeterSettings {
  /** What the user has set; the defaults until the settings are loaded. */
  readonly preferences: IPreferences;

  /** Emitted when the settings were loaded, or could not be, and after each change. */
  readonly changed: ISignal<IMeterSettings, void>;

  /**
   * Applies the preferences when they are loaded, at once if they are, and after each change.
   *
   * @param apply - applies them.
   */
  follow(apply: (preferences: IPreferences) => void): void;

  /**
   * Writes a setting.
   *
   * @param key - its name in schema/meter.json.
   * @param value - its value.
   */
  set(key: string, value: string | null): Promise<void>;
}

/** The token of the settings. */
export const IMeterSettings = new Token<IMeterSettings>(
  'jupyter-llm-meter:IMeterSettings',
  'The settings of LLM Meter.'
);
