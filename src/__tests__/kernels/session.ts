/**
 * A session with a kernel, as far as the listener to kernels looks at it.
 */

import type { ISessionContext } from '@jupyterlab/apputils';
import { Signal } from '@lumino/signaling';

let count = 0;

export class Session {
  readonly session: unknown;
  readonly iopubMessage = new Signal<this, unknown>(this);
  readonly kernelChanged = new Signal<this, unknown>(this);
  readonly statusChanged = new Signal<this, unknown>(this);
  readonly disposed = new Signal<this, void>(this);
  private readonly _kernel: { id: string };
  readonly anyMessage: Signal<object, unknown>;

  constructor(
    readonly path = 'a.ipynb',
    readonly type = 'notebook',
    kernelId = 'k-1'
  ) {
    this._kernel = { id: kernelId };
    this.anyMessage = new Signal<object, unknown>(this._kernel);
    this.session = { kernel: Object.assign(this._kernel, { anyMessage: this.anyMessage }) };
  }

  get context(): ISessionContext {
    return this as unknown as ISessionContext;
  }
}

/** A message that belongs to the run `r-1`. */
export function message(type: string, content: object): object {
  count += 1;
  return {
    header: { msg_id: `m-${count}`, msg_type: type, date: '2026-11-23T20:00:00.000000Z' },
    parent_header: { msg_id: 'r-1' },
    metadata: {},
    content
  };
}
