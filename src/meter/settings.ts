/**
 * The settings of the meter plugin, loaded and followed once for all plugins.
 */

import type { ISettingRegistry } from '@jupyterlab/settingregistry';
import type { PartialJSONValue, ReadonlyPartialJSONValue } from '@lumino/coreutils';
import { JSONExt } from '@lumino/coreutils';
import type { ISignal } from '@lumino/signaling';
import { Signal } from '@lumino/signaling';

import type { Move } from '../core/limits/moved-limits';
import { limitIdAfter, limitsAfter } from '../core/limits/moved-limits';
import type { IPreferences } from '../core/preferences';
import { readPreferences } from '../core/preferences';
import type { IMeterSettings } from '../tokens';
import { METER_PLUGIN_ID } from '../tokens';

/** Holds the preferences: the defaults until the settings are loaded, or where they cannot be. */
export class MeterSettings implements IMeterSettings {
  /**
   * @param registry - where the settings are; null where there are none.
   */
  constructor(private readonly registry: ISettingRegistry | null) {}

  /** What the user has set. */
  get preferences(): IPreferences {
    return this._preferences;
  }

  /** Emitted when the settings were loaded, or could not be, and after each change. */
  get changed(): ISignal<IMeterSettings, void> {
    return this._changed;
  }

  /**
   * Applies the preferences when they are loaded, at once if they are, and after each change.
   *
   * @param apply - applies them.
   */
  follow(apply: (preferences: IPreferences) => void): void {
    this._changed.connect(() => apply(this._preferences));
    if (this._isLoaded) {
      apply(this._preferences);
    }
  }

  /**
   * Writes a setting.
   *
   * @param key - its name in schema/meter.json.
   * @param value - its value.
   */
  async set(key: string, value: string | null): Promise<void> {
    await this.registry?.set(METER_PLUGIN_ID, key, value);
  }

  /**
   * Lets the settings that name a notebook follow it. What others set, such as the administrator, stays; the service
   * knows where those notebooks are.
   *
   * @param move - the notebook or folder that moved.
   */
  async followMove(move: Move): Promise<void> {
    const { limits, gaugeLimit } = this._loaded?.user ?? {};
    const changes = [
      ['limits', limitsAfter(limits, move)],
      ['gaugeLimit', limitIdAfter(gaugeLimit, move)]
    ] as const;
    for (const [key, value] of changes) {
      if (value !== undefined) {
        await this.registry?.set(METER_PLUGIN_ID, key, value as PartialJSONValue);
      }
    }
  }

  /**
   * Loads the settings.
   *
   * Where they do not keep the schema, the defaults are in force; the service names what is wrong with a limit in its state,
   * which the gauge shows.
   */
  async load(): Promise<void> {
    try {
      const settings = await this.registry?.load(METER_PLUGIN_ID);
      this._loaded = settings;
      settings?.changed.connect(() => this._applySettings(settings));
      this._applySettings(settings);
    } catch (errors) {
      reportUnreadable(errors);
      this._applySettings(undefined);
    }
  }

  private _applySettings(settings: ISettingRegistry.ISettings | undefined): void {
    const preferences = readPreferences(settings?.composite ?? {});
    const { limits } = this._preferences;
    const areLimitsSame = JSONExt.deepEqual(
      limits as ReadonlyPartialJSONValue,
      preferences.limits as ReadonlyPartialJSONValue
    );
    this._preferences = areLimitsSame ? { ...preferences, limits } : preferences;
    this._isLoaded = true;
    this._changed.emit();
  }

  private _preferences = readPreferences({});
  private _loaded: ISettingRegistry.ISettings | undefined;
  private _isLoaded = false;
  private readonly _changed = new Signal<this, void>(this);
}

/**
 * Logs that the settings do not keep the schema.
 *
 * @param errors - what the settings registry found wrong.
 */
export function reportUnreadable(errors: unknown): void {
  console.error(
    'LLM Meter uses its default settings; correct them in the Settings Editor.',
    errors
  );
}
