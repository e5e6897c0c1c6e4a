/**
 * The one listener to kernels' messages: follows every notebook and console and sorts what their kernels send.
 */

import type { ISessionContext } from '@jupyterlab/apputils';
import type { Kernel, KernelMessage } from '@jupyterlab/services';
import type { ISignal } from '@lumino/signaling';
import { Signal } from '@lumino/signaling';

import { BoundedSet } from '../core/bounded';
import type { UnderWay } from '../core/words/badge';
import type { ICellRequest, IFinishedCall, IKernelCalls, IKernelOutput } from '../tokens';
import { isTapMessage, readKernelMessage, readUnderWay } from './message';

/** How many messages are remembered, for sessions that share a kernel. */
const SEEN_KEPT = 2_000;

/** The kernel is another one, or there is none: what it had under way has ended. */
const ENDINGS: readonly string[] = ['restarting', 'autorestarting', 'terminating', 'dead'];

/** The panels of a tracker of notebooks or consoles. */
interface IPanels {
  forEach(visit: (panel: IPanel) => void): void;
  readonly widgetAdded: ISignal<unknown, IPanel>;
}

/** A notebook or a console. */
export interface IPanel {
  readonly sessionContext: ISessionContext;
}

/** Sorts the messages of all followed sessions; a message that two sessions receive is handled once. */
export class KernelCalls implements IKernelCalls {
  /** Emitted when the tap of a kernel reports a finished call. */
  get finished(): ISignal<IKernelCalls, IFinishedCall> {
    return this._finished;
  }

  /** Emitted when the tap of a kernel reports that an answer streams. */
  get underWay(): ISignal<IKernelCalls, UnderWay> {
    return this._underWay;
  }

  /** Emitted with the kernel's id when it restarts or ends. */
  get kernelEnded(): ISignal<IKernelCalls, string> {
    return this._kernelEnded;
  }

  /** Emitted with the kernel's id for every message of its tap. */
  get tapSeen(): ISignal<IKernelCalls, string> {
    return this._tapSeen;
  }

  /** Emitted for every message on IOPub that is not the tap's. */
  get output(): ISignal<IKernelCalls, IKernelOutput> {
    return this._output;
  }

  /** Emitted when a cell is sent to its kernel. */
  get cellRequested(): ISignal<IKernelCalls, ICellRequest> {
    return this._cellRequested;
  }

  /**
   * Follows the sessions of all panels, those that are open and those that will be.
   *
   * @param panels - a tracker of notebooks or consoles.
   */
  followAll(panels: IPanels): void {
    panels.forEach(({ sessionContext }) => this.follow(sessionContext));
    panels.widgetAdded.connect((_, { sessionContext }) => this.follow(sessionContext));
  }

  /**
   * Follows a session through restarts and changes of its kernel, until it is disposed.
   *
   * @param session - the session; following it twice changes nothing.
   */
  follow(session: ISessionContext): void {
    if (this._sessions.has(session)) {
      return;
    }
    this._sessions.add(session);
    session.iopubMessage.connect(this._onMessage, this);
    session.kernelChanged.connect((_, { newValue }) => this._followRequests(newValue));
    session.statusChanged.connect(this._onStatusChanged, this);
    session.disposed.connect(() => this._sessions.delete(session));
    this._followRequests(session.session?.kernel ?? null);
  }

  private _onMessage(sender: ISessionContext, message: KernelMessage.IMessage): void {
    if (this._seen.has(message.header.msg_id)) {
      return;
    }
    this._seen.add(message.header.msg_id);
    const kernelId = sender.session?.kernel?.id;
    if (isTapMessage(message)) {
      this._sortTapMessage(sender, kernelId, message);
    } else if (kernelId !== undefined) {
      this._output.emit({ kernelId, path: sender.path, message });
    }
  }

  private _sortTapMessage(
    sender: ISessionContext,
    kernelId: string | undefined,
    message: KernelMessage.IMessage
  ): void {
    if (kernelId !== undefined) {
      this._tapSeen.emit(kernelId);
    }
    const sessions = this._sessionsOf(sender, kernelId);
    const record = readKernelMessage(message);
    if (record !== undefined) {
      const notebookPath = sessions.find(({ type }) => type === 'notebook')?.path;
      this._finished.emit({ record: { notebookPath, ...record }, sessions });
      return;
    }
    const call = readUnderWay(message);
    if (call !== undefined) {
      this._underWay.emit({ kernelId, ...call });
    }
  }

  private _onStatusChanged(sender: ISessionContext, status: string): void {
    const kernelId = sender.session?.kernel?.id;
    if (kernelId !== undefined && ENDINGS.includes(status)) {
      this._kernelEnded.emit(kernelId);
    }
  }

  /** All sessions with the kernel that sent a message, the one that received it first. */
  private _sessionsOf(
    sender: ISessionContext,
    kernelId: string | undefined
  ): readonly ISessionContext[] {
    const others = [...this._sessions].filter(
      session => session !== sender && session.session?.kernel?.id === kernelId
    );
    return kernelId === undefined ? [sender] : [sender, ...others];
  }

  /** Only the request says which cell a run is from. */
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
      this._cellRequested.emit({ kernelId: kernel.id, requestId: msg.header.msg_id, cellId });
    }
  }

  private readonly _sessions = new Set<ISessionContext>();
  private readonly _seen = new BoundedSet<string>(SEEN_KEPT);
  private readonly _finished = new Signal<this, IFinishedCall>(this);
  private readonly _underWay = new Signal<this, UnderWay>(this);
  private readonly _kernelEnded = new Signal<this, string>(this);
  private readonly _tapSeen = new Signal<this, string>(this);
  private readonly _output = new Signal<this, IKernelOutput>(this);
  private readonly _cellRequested = new Signal<this, ICellRequest>(this);
}
