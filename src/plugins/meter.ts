/**
 * Provides the meter: the running total, kept new by the server's events.
 */

import type { JupyterFrontEnd, JupyterFrontEndPlugin } from '@jupyterlab/application';
import { ISettingRegistry } from '@jupyterlab/settingregistry';
import type { ReadonlyPartialJSONValue } from '@lumino/coreutils';
import { JSONExt } from '@lumino/coreutils';

import { MeterClient } from '../client';
import { Courier } from '../courier';
import { MeterFeed } from '../feed';
import { Meter } from '../meter';
import { MeterModel } from '../model';
import { followSettings } from '../settings';
import { claimantOf } from '../tab';
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
    _wording: IWording,
    settingRegistry: ISettingRegistry | null
  ): IMeter => {
    const { serviceManager } = app;
    const client = new MeterClient(serviceManager.serverSettings);
    const model = new MeterModel(callback => requestAnimationFrame(callback));
    const feed = new MeterFeed(client, model, serviceManager.events.stream);
    serviceManager.connectionFailure.connect(feed.checkConnection, feed);
    void feed.refresh();
    if (settingRegistry !== null) {
      void followSettings(settingRegistry, settingsFollower(model, feed));
    }
    const courier = new Courier(client, error => {
      console.error('LLM Meter could not record calls found in outputs.', error);
    });
    return new Meter(model, feed, client, courier, claimantOf(sessionStorage));
  }
};

/** Applies the settings, and asks for the figures again when the limits changed. */
function settingsFollower(
  model: MeterModel,
  feed: MeterFeed
): (settings: ISettingRegistry.ISettings) => void {
  let limits: ReadonlyPartialJSONValue | undefined;
  return settings => {
    model.preferences = {
      isGaugeShown: settings.get('showGauge').composite !== false,
      isCostShown: settings.get('showCost').composite !== false,
      areOutputsScanned: settings.get('scanOutputs').composite !== false
    };
    const newLimits = settings.get('limits').composite ?? null;
    if (limits !== undefined && !JSONExt.deepEqual(limits, newLimits)) {
      void feed.refresh();
    }
    limits = newLimits;
  };
}
