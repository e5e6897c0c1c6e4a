/**
 * Reports the cells that are sent to kernels without a tap of their own.
 */

import type { JupyterFrontEnd, JupyterFrontEndPlugin } from '@jupyterlab/application';

import { CellReporter } from '../kernels/cell-reporter';
import { IBackend } from '../meter/backend';
import { IKernelCalls } from '../tokens';

/** The plugin that reports which cell a kernel runs. */
export const runs: JupyterFrontEndPlugin<void> = {
  id: 'jupyter-llm-meter:runs',
  description: 'Tells the server extension which cell a kernel of another language runs.',
  autoStart: true,
  requires: [IBackend, IKernelCalls],
  activate: (_app: JupyterFrontEnd, backend: IBackend, calls: IKernelCalls): void => {
    new CellReporter(
      calls,
      () => backend.model.snapshot.connection === 'live',
      request => backend.client.postRun(request)
    );
  }
};
