import type { ISessionContext } from '@jupyterlab/apputils';
import { Signal } from '@lumino/signaling';

import type { CallRecord } from '../../core/record/record';
import { KernelFollower } from '../../kernels/kernel-follower';
import { ScannedKernels } from '../../kernels/scanned';
import { TextReader } from '../../kernels/text-reader';
import { until } from '../standin';

/** A session with a kernel, as far as the follower looks at it. */
class Session {
  readonly path = 'a.ipynb';
  readonly session: unknown;
  readonly iopubMessage = new Signal<this, unknown>(this);
  readonly kernelChanged = new Signal<this, unknown>(this);
  private readonly _kernel = { id: 'k-1' };
  readonly anyMessage = new Signal<object, unknown>(this._kernel);

  constructor() {
    this.session = { kernel: Object.assign(this._kernel, { anyMessage: this.anyMessage }) };
  }

  get context(): ISessionContext {
    return this as unknown as ISessionContext;
  }
}

let count = 0;

function message(type: string, content: object): object {
  count += 1;
  return {
    header: { msg_id: `m-${count}`, msg_type: type, date: '2026-11-23T20:00:00.000000Z' },
    parent_header: { msg_id: 'r-1' },
    metadata: {},
    content
  };
}

const reader = new TextReader(() => {
  throw new Error('no worker is needed here');
});
let reported: CallRecord[];
let follower: KernelFollower;

beforeEach(() => {
  reported = [];
  const scanned = new ScannedKernels(() => ({ connection: 'absent' }));
  follower = new KernelFollower(scanned, {
    reader,
    isScanned: kernelId => scanned.has(kernelId),
    patterns: () => [],
    estimator: () => undefined,
    report: records => reported.push(...records)
  });
});

afterAll(() => reader.dispose());

function run(sessions: readonly Session[], before: readonly object[] = []): void {
  const messages = [
    ...before,
    message('execute_input', {}),
    message('stream', { name: 'stdout', text: 'prompt_tokens=5, completion_tokens=6' }),
    message('status', { execution_state: 'idle' })
  ];
  messages.forEach(one => sessions.forEach(session => session.iopubMessage.emit(one)));
}

describe('KernelFollower', () => {
  it('should know the cell of a run by its request', async () => {
    const session = new Session();
    follower.follow(session.context);
    const msg = {
      header: { msg_id: 'r-1', msg_type: 'execute_request' },
      metadata: { cellId: 'c' }
    };
    session.anyMessage.emit({ msg, direction: 'send' });
    run([session]);
    await until(() => reported.length > 0);
    expect(reported).toMatchObject([{ cellId: 'c', notebookPath: 'a.ipynb', inputTokens: 5 }]);
  });

  it('should count a run once that a notebook and its console both show', async () => {
    const sessions = [new Session(), new Session()];
    sessions.forEach(session => follower.follow(session.context));
    run(sessions);
    await until(() => reported.length > 0);
    expect(reported).toHaveLength(1);
  });

  it('should leave a kernel to its tap once the tap was heard', async () => {
    const session = new Session();
    follower.follow(session.context);
    run([session], [message('comm_msg', { comm_id: 'llm-meter', data: {} })]);
    await new Promise(resolve => setTimeout(resolve));
    expect(reported).toEqual([]);
  });
});
