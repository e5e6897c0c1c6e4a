/**
 * Provides the meter: the running total, kept new by the server's events.
 */

import type { JupyterFrontEnd, JupyterFrontEndPlugin } from '@jupyterlab/application';
import type { Setting } from '@jupyterlab/services';

import { MeterClient } from '../meter/client';
import { Courier } from '../meter/call-uploader';
import { MeterFeed } from '../meter/feed';
import { Meter } from '../meter/meter';
import { MeterModel } from '../meter/model';
import type { ReserveSource } from '../local/fallback';
import { Reserve } from '../local/fallback';
import { claimantOf } from '../meter/tab';
import { TallyPlace } from '../local/totals-settings';
import { IMeter, IMeterSettings, IWording, METER_PLUGIN_ID } from '../tokens';

export const meter: JupyterFrontEndPlugin<IMeter> = {
  id: METER_PLUGIN_ID,
  description: 'Provides the running total of LLM calls, tokens and money.',
  autoStart: true,
  provides: IMeter,
  requires: [IWording, IMeterSettings],
  activate: (app: JupyterFrontEnd, wording: IWording, settings: IMeterSettings): IMeter => {
    const { serviceManager } = app;
    const client = new MeterClient(serviceManager.serverSettings);
    const model = new MeterModel(callback => requestAnimationFrame(callback));
    const feed = new MeterFeed(client, model, serviceManager.events.stream);
    serviceManager.connectionFailure.connect(feed.checkConnection, feed);
    void feed.refresh();
    const courier = new Courier(client, error => {
      console.error('LLM Meter could not record calls found in outputs.', error);
    });
    const source = reserveSource(serviceManager.settings, settings, wording);
    const reserve = new Reserve(model, client, source);
    const meter = new Meter(model, feed, client, courier, reserve, claimantOf(sessionStorage));
    let limits: unknown;
    settings.follow(preferences => {
      model.preferences = preferences;
      const areFirst = limits === undefined;
      if (preferences.limits !== limits) {
        ({ limits } = preferences);
        // The service knows the first ones already; a page in local mode does not.
        if (!areFirst || model.snapshot.connection === 'alone') {
          void meter.refresh();
        }
      }
    });
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

/** The lone meter, which is loaded when there is no server part, or a total from when there was none. */
function reserveSource(
  settings: Setting.IManager,
  preferences: IMeterSettings,
  wording: IWording
): ReserveSource {
  const explain = (error: unknown): string =>
    wording.trans.__('The running total cannot be kept on the server: %1', String(error));
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
        limits: () => preferences.preferences.limits,
        clock: () => Date.now(),
        explain
      });
    }
  };
}
