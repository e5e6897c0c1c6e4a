/**
 * Provides the meter: the running total, kept new by the server's events.
 */

import type { JupyterFrontEnd, JupyterFrontEndPlugin } from '@jupyterlab/application';
import type { Setting } from '@jupyterlab/services';
import { ISettingRegistry } from '@jupyterlab/settingregistry';
import type { ReadonlyPartialJSONValue } from '@lumino/coreutils';
import { JSONExt } from '@lumino/coreutils';

import { MeterClient } from '../meter/client';
import { GAUGE_MODES } from '../core/words/figure';
import { Courier } from '../meter/call-uploader';
import { MeterFeed } from '../meter/feed';
import { Meter } from '../meter/meter';
import { DEFAULT_COUNT_MODEL, MeterModel } from '../meter/model';
import type { ReserveSource } from '../local/fallback';
import { Reserve } from '../local/fallback';
import { followSettings } from '../meter/settings';
import { claimantOf } from '../meter/tab';
import { TallyPlace } from '../local/totals-settings';
import { IMeter, IWording, METER_PLUGIN_ID } from '../tokens';

export const meter: JupyterFrontEndPlugin<IMeter> = {
  id: METER_PLUGIN_ID,
  description: 'Provides the running total of LLM calls, tokens and money.',
  autoStart: true,
  provides: IMeter,
  // The language plugin registers the transform without which the settings cannot be loaded.
  requires: [IWording],
  optional: [ISettingRegistry],
  activate: (
    app: JupyterFrontEnd,
    wording: IWording,
    settingRegistry: ISettingRegistry | null
  ): IMeter => {
    const { serviceManager } = app;
    const limits = new LimitsSetting();
    const client = new MeterClient(serviceManager.serverSettings);
    const model = new MeterModel(callback => requestAnimationFrame(callback));
    const feed = new MeterFeed(client, model, serviceManager.events.stream);
    serviceManager.connectionFailure.connect(feed.checkConnection, feed);
    void feed.refresh();
    const courier = new Courier(client, error => {
      console.error('LLM Meter could not record calls found in outputs.', error);
    });
    const source = reserveSource(serviceManager.settings, limits, wording);
    const reserve = new Reserve(model, client, source);
    const meter = new Meter(model, feed, client, courier, reserve, claimantOf(sessionStorage));
    if (settingRegistry !== null) {
      const refresh = (): Promise<void> => meter.refresh();
      void followSettings(settingRegistry, settingsFollower(model, refresh, limits));
    }
    document.addEventListener('visibilitychange', () => {
      void reserve.meter?.refresh();
      if (!document.hidden) {
        void feed.refresh();
      }
    });
    window.addEventListener('focus', () => feed.comeBack());
    return meter;
  }
};

/** The setting `limits`, a new value when it changed. */
class LimitsSetting {
  value: ReadonlyPartialJSONValue | undefined;
}

/** The lone meter, which is loaded when there is no server part, or a total from when there was none. */
function reserveSource(
  settings: Setting.IManager,
  limits: LimitsSetting,
  wording: IWording
): ReserveSource {
  const explain = (error: unknown): string =>
    wording.trans.__("Couldn't save the running total on the server: %1", String(error));
  return {
    explain,
    isNeeded: async () => (await new TallyPlace(settings).read()) !== '',
    open: async () => {
      const { LoneMeter } = await import('../local/local-meter');
      return LoneMeter.open({
        settings,
        storage: localStorage,
        locks: navigator.locks,
        timeZone: Intl.DateTimeFormat().resolvedOptions().timeZone,
        limits: () => limits.value,
        clock: () => Date.now(),
        explain
      });
    }
  };
}

/** Applies the settings, and asks for the figures again when the limits changed. */
function settingsFollower(
  model: MeterModel,
  refresh: () => Promise<void>,
  limits: LimitsSetting
): (settings: ISettingRegistry.ISettings) => void {
  return settings => {
    model.preferences = {
      isGaugeShown: settings.get('showGauge').composite !== false,
      isCostShown: settings.get('showCost').composite !== false,
      areOutputsScanned: settings.get('scanOutputs').composite !== false,
      gaugeMode: GAUGE_MODES.find(mode => mode === settings.get('gaugeMode').composite) ?? 'auto',
      gaugeLimit: textOf(settings.get('gaugeLimit').composite),
      countModel: textOf(settings.get('countModel').composite) ?? DEFAULT_COUNT_MODEL
    };
    const before = limits.value;
    const now = settings.get('limits').composite ?? null;
    if (before === undefined || !JSONExt.deepEqual(before, now)) {
      limits.value = now;
      // The first are those that the service knows already; a page that counts alone does not.
      if (before !== undefined || model.snapshot.connection === 'alone') {
        void refresh();
      }
    }
  };
}

function textOf(value: ReadonlyPartialJSONValue | undefined): string | undefined {
  return typeof value === 'string' && value !== '' ? value : undefined;
}
