/**
 * Provides the meter: the running total, kept new by the server's events.
 */

import type { JupyterFrontEnd, JupyterFrontEndPlugin } from '@jupyterlab/application';
import { ISettingRegistry } from '@jupyterlab/settingregistry';
import { JSONExt } from '@lumino/coreutils';

import { MeterClient } from '../client';
import { MeterFeed } from '../feed';
import { Meter } from '../meter';
import { MeterModel } from '../model';
import { claimantOf } from '../tab';
import { IMeter, METER_PLUGIN_ID } from '../tokens';

export const meter: JupyterFrontEndPlugin<IMeter> = {
  id: METER_PLUGIN_ID,
  description: 'Provides the running total of LLM calls, tokens and money.',
  autoStart: true,
  provides: IMeter,
  optional: [ISettingRegistry],
  activate: (app: JupyterFrontEnd, settingRegistry: ISettingRegistry | null): IMeter => {
    const { serviceManager } = app;
    const client = new MeterClient(serviceManager.serverSettings);
    const model = new MeterModel(callback => requestAnimationFrame(callback));
    const feed = new MeterFeed(client, model, serviceManager.events.stream);
    serviceManager.connectionFailure.connect(feed.checkConnection, feed);
    void feed.refresh();
    if (settingRegistry !== null) {
      void followSettings(settingRegistry, model, feed);
    }
    return new Meter(model, feed, client, claimantOf(sessionStorage));
  }
};

async function followSettings(
  registry: ISettingRegistry,
  model: MeterModel,
  feed: MeterFeed
): Promise<void> {
  const settings = await registry.load(METER_PLUGIN_ID);
  let limits = settings.get('limits').composite;
  const follow = (): void => {
    model.preferences = {
      isGaugeShown: settings.get('showGauge').composite !== false,
      isCostShown: settings.get('showCost').composite !== false
    };
    const newLimits = settings.get('limits').composite;
    if (!JSONExt.deepEqual(limits ?? null, newLimits ?? null)) {
      limits = newLimits;
      void feed.refresh();
    }
  };
  settings.changed.connect(follow);
  follow();
}
