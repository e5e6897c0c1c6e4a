/**
 * Follows the kernels of sessions, through restarts and changes, and hands their messages to the runs of each.
 *
 * Sessions that share a kernel, as a notebook and its console do, share its runs, so that a message counts once.
 */

import type { ISessionContext } from '@jupyterlab/apputils';
import type { Kernel, KernelMessage } from '@jupyterlab/services';

import { BoundedSet } from '../core/bounded';
import type { Surroundings } from './kernel-runs';
import { KernelRuns } from './kernel-runs';
import { COMM_ID } from './message';
import type { ScannedKernels } from './scanned';

/** How many messages are remembered as seen, for sessions that share a kernel. */
const SEEN_KEPT = 2_000;

export class KernelFollower {
  /**
   * @param scanned - is told of taps.
   * @param surroundings - for the runs.
   */
  constructor(
    private readonly scanned: ScannedKernels,
    private readonly surroundings: Surroundings
  ) {}

  /** Follows whatever kernel a session has, now and later. */
  follow(context: ISessionContext): void {
    context.iopubMessage.connect((sender, message) => {
      const kernelId = sender.session?.kernel?.id;
      if (kernelId !== undefined) {
        this._onMessage(kernelId, message, sender.path);
      }
    });
    context.kernelChanged.connect((_, { newValue }) => this._followRequests(newValue));
    this._followRequests(context.session?.kernel ?? null);
  }

  private _onMessage(kernelId: string, message: KernelMessage.IMessage, path: string): void {
    if (isTapMessage(message)) {
      this.scanned.noteTap(kernelId);
      return;
    }
    if (this._isNew(message.header.msg_id)) {
      this._runsOf(kernelId).onMessage(message, path);
    }
  }

  /** The cell of a run is told in the request only. */
  private _followRequests(kernel: Kernel.IKernelConnection | null): void {
    kernel?.anyMessage.connect(this._onAnyMessage, this);
  }

  private _onAnyMessage(
    kernel: Kernel.IKernelConnection,
    { msg, direction }: Kernel.IAnyMessageArgs
  ): void {
    const { cellId } = msg.metadata;
    if (
      direction === 'send' &&
      msg.header.msg_type === 'execute_request' &&
      typeof cellId === 'string'
    ) {
      this._runsOf(kernel.id).onRequest(msg.header.msg_id, cellId);
    }
  }

  private _runsOf(kernelId: string): KernelRuns {
    const runs = this._kernels.get(kernelId) ?? new KernelRuns(kernelId, this.surroundings);
    this._kernels.set(kernelId, runs);
    return runs;
  }

  private _isNew(messageId: string): boolean {
    if (this._seen.has(messageId)) {
      return false;
    }
    this._seen.add(messageId);
    return true;
  }

  private readonly _kernels = new Map<string, KernelRuns>();
  private readonly _seen = new BoundedSet<string>(SEEN_KEPT);
}

function isTapMessage({ header, content }: KernelMessage.IMessage): boolean {
  return header.msg_type === 'comm_msg' && 'comm_id' in content && content.comm_id === COMM_ID;
}
