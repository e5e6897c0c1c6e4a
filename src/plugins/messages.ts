/**
 * Provides what kernels report, and counts each call as soon as its kernel reports it.
 */

import type { JupyterFrontEnd, JupyterFrontEndPlugin } from '@jupyterlab/application';
import { IConsoleTracker } from '@jupyterlab/console';
import { INotebookTracker } from '@jupyterlab/notebook';

import { KernelCalls } from '../kernels/kernel-calls';
import { IKernelCalls, IMeter } from '../tokens';

/** The plugin that listens to kernels. */
export const messages: JupyterFrontEndPlugin<IKernelCalls> = {
  id: 'jupyter-llm-meter:messages',
  description: 'Counts the LLM calls that kernels report in their messages.',
  autoStart: true,
  provides: IKernelCalls,
  requires: [IMeter],
  optional: [INotebookTracker, IConsoleTracker],
  activate: (
    _app: JupyterFrontEnd,
    meter: IMeter,
    notebooks: INotebookTracker | null,
    consoles: IConsoleTracker | null
  ): IKernelCalls => {
    const calls = new KernelCalls();
    calls.finished.connect((_, { record }) => meter.reportCall(record));
    calls.underWay.connect((_, call) => meter.reportUnderWay(call));
    calls.kernelEnded.connect((_, kernelId) => meter.endStreams(kernelId));
    [notebooks, consoles].forEach(panels => panels && calls.followAll(panels));
    return calls;
  }
};
