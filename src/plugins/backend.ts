/**
 * Builds what the plugins of the meter share: the client, the state, its feed, and local mode.
 */

import type { JupyterFrontEnd, JupyterFrontEndPlugin } from '@jupyterlab/application';
import type { Setting } from '@jupyterlab/services';

import type { LocalMeterSource } from '../local/fallback';
import { LocalFallback } from '../local/fallback';
import { TotalsSettings } from '../local/totals-settings';
import { IBackend } from '../meter/backend';
import { MeterClient } from '../meter/client';
import { MeterFeed } from '../meter/feed';
import { MeterModel } from '../meter/model';
import { IMeterSettings, IWording } from '../tokens';

/** The plugin that connects the page to the server extension. */
export const backend: JupyterFrontEndPlugin<IBackend> = {
  id: 'jupyter-llm-meter:backend',
  description: 'Connects to the LLM Meter server extension, or counts in its place.',
  autoStart: true,
  provides: IBackend,
  requires: [IWording, IMeterSettings],
  activate: (app: JupyterFrontEnd, wording: IWording, settings: IMeterSettings): IBackend => {
    const { serviceManager } = app;
    const client = new MeterClient(serviceManager.serverSettings);
    const model = new MeterModel(callback => requestAnimationFrame(callback));
    const feed = new MeterFeed(client, model, serviceManager.events.stream);
    serviceManager.connectionFailure.connect(feed.checkConnection, feed);
    model.stateChanged.connect(({ snapshot: { document } }) => {
      if (document !== undefined) {
        wording.showCurrency(document.currency);
      }
    });
    void feed.refresh();
    const source = localMeterSource(serviceManager.settings, settings, wording);
    return { client, model, feed, localMode: new LocalFallback(model, client, source) };
  }
};

/** The local meter is loaded when there is no server extension, or a total of earlier days without one. */
function localMeterSource(
  manager: Setting.IManager,
  settings: IMeterSettings,
  wording: IWording
): LocalMeterSource {
  const explain = (error: unknown): string =>
    wording.trans.__("Couldn't save the running total on the server: %1", String(error));
  return {
    explain,
    isNeeded: async () => (await new TotalsSettings(manager).readTotals()) !== '',
    open: async () => {
      const { LocalMeter } = await import('../local/local-meter');
      return LocalMeter.open({
        settings: manager,
        storage: localStorage,
        locks: navigator.locks,
        timeZone: Intl.DateTimeFormat().resolvedOptions().timeZone,
        limits: () => settings.preferences.limits,
        clock: () => Date.now(),
        explain
      });
    }
  };
}
