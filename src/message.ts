/**
 * The kernel message by which the tap tells of a finished call.
 *
 * A `comm_msg` with a comm id that is never opened: the one form that neither JupyterLab nor nbclient complains about and
 * that is not saved into the notebook.
 */

import type { KernelMessage } from '@jupyterlab/services';

import type { CallRecord } from './core/record';
import { parseRecord } from './core/record';
import { Shape, ShapeError } from './core/shape';

export const COMM_ID = 'llm-meter';

/** The version of the message that this page understands. */
const VERSION = 1;

/**
 * The call that a message tells of.
 *
 * @param message - any message on IOPub.
 * @returns the record; undefined when the message is none of ours, or not one that this page can read. Nothing is lost
 *   with such a message: the ledger learns of the call by itself.
 */
export function readKernelMessage(message: KernelMessage.IMessage): CallRecord | undefined {
  const { content } = message;
  if (!('comm_id' in content) || content.comm_id !== COMM_ID) {
    return undefined;
  }
  try {
    const data = new Shape('data' in content ? content.data : undefined, 'data');
    return data.get('version') === VERSION ? parseRecord(data.get('record')) : undefined;
  } catch (error) {
    if (error instanceof ShapeError) {
      return undefined;
    }
    throw error;
  }
}
