import { AbsentError, AwayError } from '../../core/errors';
import { CellReporter } from '../../kernels/cell-reporter';
import { KernelCalls } from '../../kernels/kernel-calls';
import type { ICellRequest } from '../../tokens';
import { message, Session } from './session';

interface IPage {
  readonly session: Session;
  readonly posted: readonly ICellRequest[];
  send(): Promise<void>;
}

/** A page with one session, and what is posted. */
function page(answer: () => Promise<void> = () => Promise.resolve(), isServed = true): IPage {
  const session = new Session();
  const calls = new KernelCalls();
  const posted: ICellRequest[] = [];
  new CellReporter(
    calls,
    () => isServed,
    request => {
      posted.push(request);
      return answer();
    }
  );
  calls.follow(session.context);
  const send = async (): Promise<void> => {
    const header = { msg_id: 'r-1', msg_type: 'execute_request' };
    const msg = { header, parent_header: {}, metadata: { cellId: 'c-1' }, content: {} };
    session.anyMessage.emit({ msg, direction: 'send' });
    await Promise.resolve();
    await Promise.resolve();
  };
  return { session, posted, send };
}

describe('CellReporter', () => {
  let logged: jest.SpyInstance;

  beforeEach(() => {
    logged = jest.spyOn(console, 'error').mockImplementation();
  });

  afterEach(() => logged.mockRestore());

  it('should report the cells sent to a kernel whose tap was not seen', async () => {
    const { posted, send } = page();
    await send();
    expect(posted).toEqual([{ kernelId: 'k-1', requestId: 'r-1', cellId: 'c-1' }]);
  });

  it('should leave a kernel alone whose tap was seen', async () => {
    const { session, posted, send } = page();
    session.iopubMessage.emit(message('comm_msg', { comm_id: 'llm-meter', data: {} }));
    await send();
    expect(posted).toEqual([]);
  });

  it('should report nothing without a server extension', async () => {
    const { posted, send } = page(undefined, false);
    await send();
    expect(posted).toEqual([]);
  });

  it('should go on after a server that was away, and say so', async () => {
    const { posted, send } = page(() => Promise.reject(new AwayError('away')));
    await send();
    await send();
    expect(posted).toHaveLength(2);
    expect(logged).toHaveBeenCalledTimes(2);
  });

  it('should stop with a server extension that has no such route', async () => {
    const { posted, send } = page(() => Promise.reject(new AbsentError('absent')));
    await send();
    await send();
    expect(posted).toHaveLength(1);
  });
});
