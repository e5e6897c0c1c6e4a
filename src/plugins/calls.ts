/**
 * Provides the recorded calls and their sums.
 */

import type { JupyterFrontEnd, JupyterFrontEndPlugin } from '@jupyterlab/application';

import { IBackend } from '../meter/backend';
import { CallStore } from '../meter/call-store';
import { ICallStore } from '../tokens';

/** The plugin that answers questions about calls. */
export const calls: JupyterFrontEndPlugin<ICallStore> = {
  id: 'jupyter-llm-meter:calls',
  description: 'Provides the recorded LLM calls and their sums.',
  autoStart: true,
  provides: ICallStore,
  requires: [IBackend],
  activate: (_app: JupyterFrontEnd, backend: IBackend): ICallStore =>
    new CallStore(backend.client, backend.localMode)
};
