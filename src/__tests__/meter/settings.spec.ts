import type { ISettingRegistry } from '@jupyterlab/settingregistry';
import { Signal } from '@lumino/signaling';

import { MeterSettings } from '../../meter/settings';
import type { IPreferences } from '../../tokens';

/** A registry with one plugin's settings. */
class Registry {
  composite: Record<string, unknown> = {};
  user: Record<string, unknown> = {};
  readonly written: [key: string, value: unknown][] = [];
  readonly changed = new Signal<this, void>(this);
  loads = 0;
  isBroken = false;

  load(): Promise<this> {
    this.loads += 1;
    return this.isBroken ? Promise.reject(new Error('limits: not a list')) : Promise.resolve(this);
  }

  set(_plugin: string, key: string, value: unknown): Promise<void> {
    this.written.push([key, value]);
    return Promise.resolve();
  }

  change(composite: Record<string, unknown>): void {
    this.composite = composite;
    this.changed.emit();
  }
}

let registry: Registry;
let settings: MeterSettings;

beforeEach(() => {
  registry = new Registry();
  settings = new MeterSettings(registry as unknown as ISettingRegistry);
});

describe('MeterSettings', () => {
  it('should apply the settings to all that follow, loaded once', async () => {
    const seen: string[] = [];
    settings.follow(({ countModel }) => seen.push(`early ${countModel}`));
    await settings.load();
    settings.follow(({ countModel }) => seen.push(`late ${countModel}`));
    registry.change({ countModel: 'qwen3' });
    expect(seen).toEqual(['early gpt-5', 'late gpt-5', 'early qwen3', 'late qwen3']);
    expect(registry.loads).toBe(1);
  });

  it('should keep the limits the same object while they say the same', async () => {
    const limits: unknown[] = [];
    registry.composite = { limits: [{ amount: 1 }] };
    settings.follow(preferences => limits.push(preferences.limits));
    await settings.load();
    registry.change({ limits: [{ amount: 1 }], countModel: 'qwen3' });
    registry.change({ limits: [{ amount: 2 }] });
    expect(limits[1]).toBe(limits[0]);
    expect(limits[2]).toEqual([{ amount: 2 }]);
  });

  it('should write what the user set of a moved notebook, and nothing that others set', async () => {
    const limit = { scope: 'notebook', value: 'a.ipynb', window: 'day', unit: 'calls', amount: 5 };
    registry.composite = { limits: [limit], gaugeLimit: 'notebook=a.ipynb/day/calls' };
    await settings.load();
    await settings.followMove({ from: 'a.ipynb', to: 'b.ipynb' });
    expect(registry.written).toEqual([]);
    registry.user = registry.composite;
    await settings.followMove({ from: 'other.ipynb', to: 'c.ipynb' });
    expect(registry.written).toEqual([]);
    await settings.followMove({ from: 'a.ipynb', to: 'b.ipynb' });
    expect(registry.written).toEqual([
      ['limits', [{ ...limit, value: 'b.ipynb' }]],
      ['gaugeLimit', 'notebook=b.ipynb/day/calls']
    ]);
  });

  it('should use the defaults, and log why, where the settings do not keep the schema', async () => {
    const log = jest.spyOn(console, 'error').mockImplementation();
    registry.isBroken = true;
    const seen: IPreferences[] = [];
    settings.follow(preferences => seen.push(preferences));
    await settings.load();
    expect(seen).toEqual([new MeterSettings(null).preferences]);
    expect(log).toHaveBeenCalledTimes(1);
    log.mockRestore();
  });

  it('should use the defaults where there is no registry', async () => {
    const seen: boolean[] = [];
    settings = new MeterSettings(null);
    settings.follow(({ isGaugeShown }) => seen.push(isGaugeShown));
    await settings.load();
    expect(seen).toEqual([true]);
  });
});
