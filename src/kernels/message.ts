/**
 * The kernel message by which the tap reports a finished call, or an answer that streams.
 *
 * A `comm_msg` with a comm id that is never opened: the one form that neither JupyterLab nor nbclient complains about and
 * that is not saved into the notebook.
 */

import type { KernelMessage } from '@jupyterlab/services';

import type { UnderWay } from '../core/words/badge';
import type { CallRecord } from '../core/record/record';
import { parseRecord } from '../core/record/record';
import { FIELDS } from '../core/record/semconv';
import { Shape, ShapeError } from '../core/record/shape';
import type * as Wire from '../core/record/wire';

/** The comm id of the tap's messages, which is never opened. */
const COMM_ID = 'llm-meter';

/** The version of the message that this page understands. */
const VERSION = 1;

/**
 * Whether a message comes from a kernel's tap, in whichever version.
 *
 * @param message - any message on IOPub.
 * @returns whether it has the tap's comm id.
 */
export function isTapMessage({ header, content }: KernelMessage.IMessage): boolean {
  return header.msg_type === 'comm_msg' && 'comm_id' in content && content.comm_id === COMM_ID;
}

/**
 * The finished call that a message reports.
 *
 * @param message - any message on IOPub.
 * @returns the record; undefined when the message is not the tap's, or this page cannot read it. Nothing is lost with such a
 *   message: the ledger receives the call by another way.
 */
export function readKernelMessage(message: KernelMessage.IMessage): CallRecord | undefined {
  return readOurs(message, data => parseRecord(data.get('record')));
}

/**
 * The streaming answer that a message reports.
 *
 * @param message - any message on IOPub.
 * @returns what is known about it; undefined when the message reports none, or this page cannot read it.
 */
export function readUnderWay(message: KernelMessage.IMessage): UnderWay | undefined {
  return readOurs(message, data => data.optionalObject('under_way', underWayIn));
}

function underWayIn(shape: Shape<Wire.UnderWay>): UnderWay {
  return {
    callId: shape.text(FIELDS.callId.wire),
    startedAt: shape.text(FIELDS.startedAt.wire),
    model: shape.optionalText(FIELDS.requestModel.wire),
    cellId: shape.optionalText(FIELDS.cellId.wire),
    runId: shape.optionalText(FIELDS.runId.wire),
    pieces: shape.count('pieces')
  };
}

/** What a message of ours, in the version that this page understands, holds; undefined for any other. */
function readOurs<T>(
  { content }: KernelMessage.IMessage,
  read: (data: Shape<Wire.KernelMessage>) => T
): T | undefined {
  if (!('comm_id' in content) || content.comm_id !== COMM_ID) {
    return undefined;
  }
  try {
    const data = new Shape<Wire.KernelMessage>(
      'data' in content ? content.data : undefined,
      'data'
    );
    return data.get('version') === VERSION ? read(data) : undefined;
  } catch (error) {
    if (error instanceof ShapeError) {
      return undefined;
    }
    throw error;
  }
}
