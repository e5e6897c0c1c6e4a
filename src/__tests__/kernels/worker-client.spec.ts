import type { WorkerPort } from '../../kernels/worker-client';
import { WorkerClient } from '../../kernels/worker-client';

interface Doubled {
  readonly id: number;
  readonly number: number;
}

/** A worker that answers nothing until it fails. */
class SilentPort implements WorkerPort {
  onmessage: WorkerPort['onmessage'] = null;
  onerror: WorkerPort['onerror'] = null;
  readonly received: unknown[] = [];
  isTerminated = false;

  postMessage(message: unknown): void {
    this.received.push(message);
  }

  terminate(): void {
    this.isTerminated = true;
  }
}

function clientOf(port: WorkerPort): WorkerClient<Doubled, Doubled> {
  return new WorkerClient<Doubled, Doubled>({
    startWorker: () => port,
    createPageRunner: answer => request => answer({ ...request, number: 2 * request.number }),
    writeCancel: id => ({ id, number: 0 })
  });
}

describe('WorkerClient', () => {
  it('should run in the page what a failing worker has not answered, in order', async () => {
    const port = new SilentPort();
    const client = clientOf(port);
    const answers = [1, 2].map(number => client.request(id => ({ id, number })));
    (port.onerror as () => void)();
    expect((await Promise.all(answers)).map(({ number }) => number)).toEqual([2, 4]);
    expect(await client.request(id => ({ id, number: 3 }))).toMatchObject({ number: 6 });
    expect(port.received).toHaveLength(2);
    expect(port.isTerminated).toBe(true);
  });

  it('should send the worker the id of a cancelled request', async () => {
    const port = new SilentPort();
    const controller = new AbortController();
    const answer = clientOf(port).request(id => ({ id, number: 1 }), controller.signal);
    controller.abort();
    await expect(answer).rejects.toMatchObject({ name: 'AbortError' });
    expect(port.received).toEqual([
      { id: 0, number: 1 },
      { id: 0, number: 0 }
    ]);
  });

  it('should reject what has no answer when it is disposed, and start nothing after', async () => {
    const port = new SilentPort();
    const client = clientOf(port);
    const answer = client.request(id => ({ id, number: 1 }));
    client.dispose();
    await expect(answer).rejects.toMatchObject({ name: 'AbortError' });
    await expect(client.request(id => ({ id, number: 1 }))).rejects.toMatchObject({
      name: 'AbortError'
    });
    expect(port.received).toHaveLength(1);
  });
});
