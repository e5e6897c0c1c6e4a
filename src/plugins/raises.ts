/**
 * Provides raises of limits.
 */

import type { JupyterFrontEnd, JupyterFrontEndPlugin } from '@jupyterlab/application';

import { IBackend } from '../meter/backend';
import { IMeter, IRaises } from '../tokens';

/** The plugin that raises limits. */
export const raises: JupyterFrontEndPlugin<IRaises> = {
  id: 'jupyter-llm-meter:raises',
  description: 'Provides raises of limits.',
  autoStart: true,
  provides: IRaises,
  requires: [IBackend, IMeter],
  activate: (_app: JupyterFrontEnd, backend: IBackend, meter: IMeter): IRaises => ({
    raise: async request => {
      const raise = await backend.client.postRaise(request);
      await meter.refresh();
      return raise;
    },
    list: () => backend.client.listRaises()
  })
};
