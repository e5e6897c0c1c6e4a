import type { CallRecord } from '../../core/record/record';
import { KernelCalls } from '../../kernels/kernel-calls';
import { OutputQueue } from '../../kernels/output-queue';
import { OutputScanner } from '../../kernels/output-scanner';
import { until } from '../standin';
import { message, Session } from './session';

/** A page whose scanner is loaded when the test says so. */
class Page {
  readonly reported: CallRecord[] = [];
  readonly session = new Session();
  loads = 0;

  constructor() {
    const calls = new KernelCalls();
    calls.follow(this.session.context);
    new OutputQueue(calls, () => {
      this.loads += 1;
      return new Promise((resolve, reject) => {
        this.finishLoading = () => resolve(this._scanner);
        this.failLoading = () => reject(new Error('Loading chunk 7 failed.'));
      });
    });
  }

  finishLoading = (): void => undefined;
  failLoading = (): void => undefined;

  receive(...messages: readonly object[]): void {
    messages.forEach(one => this.session.iopubMessage.emit(one));
  }

  private readonly _scanner = new OutputScanner(
    () => {
      throw new Error('no worker is needed here');
    },
    {
      isScanned: () => true,
      isShellScanned: () => false,
      patterns: () => [],
      estimator: () => undefined,
      reportCalls: records => this.reported.push(...records)
    }
  );
}

const start = (): object => message('execute_input', {});
const printed = (): object =>
  message('stream', { name: 'stdout', text: 'prompt_tokens=5, completion_tokens=6' });
const end = (): object => message('status', { execution_state: 'idle' });

describe('OutputQueue', () => {
  it('should not load the scanner before a run starts', () => {
    const page = new Page();
    page.receive(message('status', { execution_state: 'busy' }), printed(), end());
    expect(page.loads).toBe(0);
  });

  it('should load the scanner once and lose no message of the runs before', async () => {
    const page = new Page();
    const msg = {
      header: { msg_id: 'r-1', msg_type: 'execute_request' },
      metadata: { cellId: 'c' }
    };
    page.session.anyMessage.emit({ msg, direction: 'send' });
    page.receive(start(), printed(), end());
    expect(page.loads).toBe(1);
    page.finishLoading();
    await until(() => page.reported.length > 0);
    expect(page.reported).toMatchObject([{ cellId: 'c', inputTokens: 5, outputTokens: 6 }]);
  });

  it('should read a run that ends after the scanner is loaded', async () => {
    const page = new Page();
    page.receive(start());
    page.finishLoading();
    await new Promise(resolve => setTimeout(resolve));
    page.receive(printed(), end());
    await until(() => page.reported.length > 0);
    expect(page.reported).toHaveLength(1);
  });

  it('should keep the messages and try again with the next run when loading fails', async () => {
    const errors = jest.spyOn(console, 'error').mockImplementation(() => undefined);
    const page = new Page();
    page.receive(start(), printed(), end());
    page.failLoading();
    await until(() => errors.mock.calls.length > 0);
    errors.mockRestore();
    page.receive(start());
    expect(page.loads).toBe(2);
    page.finishLoading();
    await until(() => page.reported.length > 0);
    expect(page.reported).toHaveLength(1);
  });
});
