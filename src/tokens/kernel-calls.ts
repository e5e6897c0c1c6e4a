/**
 * The token of what kernels report.
 */

import type { ISessionContext } from '@jupyterlab/apputils';
import type { KernelMessage } from '@jupyterlab/services';
import { Token } from '@lumino/coreutils';
import type { ISignal } from '@lumino/signaling';

import type { CallRecord } from '../core/record/record';
import type { UnderWay } from '../core/words/badge';

/** A call that a kernel's tap reported when it was finished. */
export interface IFinishedCall {
  /** The call; with the notebook's path where the tap does not know it. */
  readonly record: CallRecord;
  /** The sessions with that kernel, as of a notebook and its console. */
  readonly sessions: readonly ISessionContext[];
}

/** A message of a kernel on IOPub. */
export interface IKernelOutput {
  readonly kernelId: string;
  /** The path of the session's document. */
  readonly path: string;
  readonly message: KernelMessage.IMessage;
}

/** A cell that was sent to its kernel. */
export interface ICellRequest {
  readonly kernelId: string;
  /** The id of the message, which the outputs of the cell name as their parent. */
  readonly requestId: string;
  readonly cellId: string;
}

/** What the kernels of all notebooks and consoles report. A message that several sessions receive is emitted once. */
export interface IKernelCalls {
  /** Emitted when a call is finished. */
  readonly finished: ISignal<IKernelCalls, IFinishedCall>;

  /** Emitted while an answer streams. */
  readonly underWay: ISignal<IKernelCalls, UnderWay>;

  /** Emitted with the kernel's id when it restarts or ends. */
  readonly kernelEnded: ISignal<IKernelCalls, string>;

  /** Emitted with the kernel's id for every message of its tap. */
  readonly tapSeen: ISignal<IKernelCalls, string>;

  /** Emitted for every other message on IOPub. */
  readonly output: ISignal<IKernelCalls, IKernelOutput>;

  /** Emitted when a cell is sent to its kernel. */
  readonly cellRequested: ISignal<IKernelCalls, ICellRequest>;
}

/** The token of the kernels' messages. */
export const IKernelCalls = new Token<IKernelCalls>(
  'jupyter-llm-meter:IKernelCalls',
  'The LLM calls that the kernels of notebooks and consoles report.'
);
