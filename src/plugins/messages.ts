/**
 * Counts a call the moment its kernel tells of it, in every notebook and console.
 */

import type { JupyterFrontEnd, JupyterFrontEndPlugin } from '@jupyterlab/application';
import type { ISessionContext } from '@jupyterlab/apputils';
import { IConsoleTracker } from '@jupyterlab/console';
import { INotebookTracker } from '@jupyterlab/notebook';
import type { KernelMessage } from '@jupyterlab/services';

import { readKernelMessage, readUnderWay } from '../kernels/message';
import { IMeter } from '../tokens';

export const messages: JupyterFrontEndPlugin<void> = {
  id: 'jupyter-llm-meter:messages',
  description: 'Counts LLM calls that kernels tell of in their messages.',
  autoStart: true,
  requires: [IMeter],
  optional: [INotebookTracker, IConsoleTracker],
  activate: (
    _app: JupyterFrontEnd,
    meter: IMeter,
    notebooks: INotebookTracker | null,
    consoles: IConsoleTracker | null
  ): void => {
    const listen = (sessionContext: ISessionContext): void => {
      // Re-emitted by the session context across restarts and changes of the kernel.
      sessionContext.iopubMessage.connect((context, message) => onMessage(meter, context, message));
    };
    notebooks?.forEach(panel => listen(panel.sessionContext));
    notebooks?.widgetAdded.connect((_, panel) => listen(panel.sessionContext));
    consoles?.forEach(panel => listen(panel.sessionContext));
    consoles?.widgetAdded.connect((_, panel) => listen(panel.sessionContext));
  }
};

function onMessage(meter: IMeter, context: ISessionContext, message: KernelMessage.IMessage): void {
  if (message.header.msg_type !== 'comm_msg') {
    return;
  }
  const record = readKernelMessage(message);
  if (record !== undefined) {
    const notebookPath = context.type === 'notebook' ? context.path : undefined;
    meter.report({ notebookPath, ...record });
    return;
  }
  const underWay = readUnderWay(message);
  if (underWay !== undefined) {
    meter.reportUnderWay(underWay);
  }
}
