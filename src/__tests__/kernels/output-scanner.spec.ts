import type { CallRecord } from '../../core/record/record';
import { KernelCalls } from '../../kernels/kernel-calls';
import { OutputQueue } from '../../kernels/output-queue';
import { OutputScanner } from '../../kernels/output-scanner';
import { ScannedKernels } from '../../kernels/scanned';
import type { WorkerPort } from '../../kernels/worker-client';
import { until } from '../standin';
import { message, Session } from './session';

let reported: CallRecord[];
let calls: KernelCalls;

beforeEach(() => {
  reported = [];
  const scanned = new ScannedKernels(() => ({ connection: 'absent' }));
  calls = new KernelCalls();
  calls.tapSeen.connect((_, kernelId) => scanned.addTap(kernelId));
  const scanner = new OutputScanner(noWorker, {
    isScanned: kernelId => scanned.has(kernelId),
    isShellScanned: kernelId => scanned.hasShell(kernelId),
    patterns: () => [],
    estimator: () => undefined,
    reportCalls: records => reported.push(...records)
  });
  new OutputQueue(calls, () => Promise.resolve(scanner));
});

function noWorker(): WorkerPort {
  throw new Error('no worker is needed here');
}

function run(sessions: readonly Session[], before: readonly object[] = []): void {
  const messages = [
    ...before,
    message('execute_input', {}),
    message('stream', { name: 'stdout', text: 'prompt_tokens=5, completion_tokens=6' }),
    message('status', { execution_state: 'idle' })
  ];
  messages.forEach(one => sessions.forEach(session => session.iopubMessage.emit(one)));
}

describe('OutputScanner', () => {
  it('should find the cell of a run by its request', async () => {
    const session = new Session();
    calls.follow(session.context);
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
    sessions.forEach(session => calls.follow(session.context));
    run(sessions);
    await until(() => reported.length > 0);
    expect(reported).toHaveLength(1);
  });

  it('should not read the outputs of a kernel once its tap has sent a message', async () => {
    const session = new Session();
    calls.follow(session.context);
    run([session], [message('comm_msg', { comm_id: 'llm-meter', data: {} })]);
    await new Promise(resolve => setTimeout(resolve));
    expect(reported).toEqual([]);
  });
});
