/**
 * Provides the meter: the running total, kept new by the server's events.
 */

import type { JupyterFrontEnd, JupyterFrontEndPlugin } from '@jupyterlab/application';

import { IBackend } from '../meter/backend';
import { CallUploader } from '../meter/call-uploader';
import { Meter } from '../meter/meter';
import { IMeter, IMeterSettings, METER_PLUGIN_ID } from '../tokens';

/** The plugin whose settings hold limits and preferences. */
export const meter: JupyterFrontEndPlugin<IMeter> = {
  id: METER_PLUGIN_ID,
  description: 'Provides the running total of LLM calls, tokens and money.',
  autoStart: true,
  provides: IMeter,
  requires: [IBackend, IMeterSettings],
  activate: (_app: JupyterFrontEnd, backend: IBackend, settings: IMeterSettings): IMeter => {
    const { client, model, feed, localMode } = backend;
    const uploader = new CallUploader(client, error => {
      console.error('LLM Meter could not record calls found in outputs.', error);
    });
    const meter = new Meter({ model, feed, localMode, uploader });
    let limits: unknown;
    settings.follow(preferences => {
      model.preferences = preferences;
      const areFirst = limits === undefined;
      if (preferences.limits !== limits) {
        ({ limits } = preferences);
        // The service has the first ones already; a page in local mode does not.
        void (areFirst ? localMode.meter : meter)?.refresh();
      }
    });
    document.addEventListener('visibilitychange', () => {
      void localMode.meter?.refresh();
      if (!document.hidden) {
        void feed.refresh();
      }
    });
    window.addEventListener('focus', () => feed.refreshOnReturn());
    return meter;
  }
};
