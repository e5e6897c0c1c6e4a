import type { CountRequest } from '../../kernels/count-jobs';
import { CountJobs } from '../../kernels/count-jobs';
import type { WorkerPort } from '../../kernels/worker-client';
import { TokenCounter } from '../../kernels/token-counter';
import { until } from '../standin';

const LARGE = 'a text of many slices, which are counted one by one\n'.repeat(20_000);

/** A worker in this thread. */
class Port implements WorkerPort {
  onmessage: WorkerPort['onmessage'] = null;
  onerror: WorkerPort['onerror'] = null;
  readonly requests: CountRequest[] = [];
  readonly answered: number[] = [];
  isTerminated = false;

  constructor(private readonly doesFail = false) {}

  postMessage(request: CountRequest): void {
    this.requests.push(request);
    if (this.doesFail) {
      setTimeout(() => (this.onerror as () => void)());
    } else {
      this._jobs.handleRequest(request);
    }
  }

  terminate(): void {
    this.isTerminated = true;
  }

  private readonly _jobs = new CountJobs(data => {
    this.answered.push(data.id);
    (this.onmessage as (event: { data: unknown }) => void)({ data });
  });
}

let counter: TokenCounter;

afterEach(() => counter.dispose());

describe('TokenCounter', () => {
  it('should count with the encoding of the model, in one worker', async () => {
    const start = jest.fn(() => new Port());
    counter = new TokenCounter(start);
    expect(start).not.toHaveBeenCalled();
    expect(await counter.count('hello world', 'gpt-4o')).toEqual({
      tokens: 2,
      tokenizer: 'o200k_base',
      isExact: true
    });
    expect(await counter.count('你好世界', 'openai/gpt-4')).toEqual({
      tokens: 5,
      tokenizer: 'cl100k_base',
      isExact: true
    });
    expect(await counter.count('', undefined)).toMatchObject({ tokens: 0, isExact: false });
    expect(start).toHaveBeenCalledTimes(1);
  });

  it.each([
    ['fails', () => new Port(true)],
    [
      'is forbidden',
      () => {
        throw new Error('Refused by the content security policy');
      }
    ]
  ])('should count itself where the worker %s', async (_, start) => {
    counter = new TokenCounter(start);
    const both = [counter.count('hello world', 'gpt-4o'), counter.count('hello', 'gpt-4o')];
    expect((await Promise.all(both)).map(({ tokens }) => tokens)).toEqual([2, 1]);
    expect(await counter.count('hello world', 'gpt-4o')).toMatchObject({ tokens: 2 });
  });

  it('should cancel a count that is no longer wanted, and continue with the others', async () => {
    const port = new Port();
    counter = new TokenCounter(() => port);
    const controller = new AbortController();
    const unwanted = counter.count(LARGE, 'gpt-4o', controller.signal);
    const wanted = counter.count('hello', 'gpt-4o');
    controller.abort();
    await expect(unwanted).rejects.toMatchObject({ name: 'AbortError' });
    expect(await wanted).toMatchObject({ tokens: 1 });
    expect(port.requests.map(({ kind }) => kind)).toEqual(['count', 'count', 'cancel']);
    await counter.count('hello', 'gpt-4o');
    expect(port.answered).toEqual([1, 2]);
  });

  it('should not begin what is given up beforehand', async () => {
    const port = new Port();
    counter = new TokenCounter(() => port);
    const unwanted = counter.count('hello', 'gpt-4o', AbortSignal.abort());
    await expect(unwanted).rejects.toMatchObject({ name: 'AbortError' });
    expect(port.requests).toEqual([]);
  });

  it('should give up everything when it is disposed of', async () => {
    const port = new Port();
    counter = new TokenCounter(() => port);
    const unwanted = counter.count(LARGE, 'gpt-4o');
    counter.dispose();
    await expect(unwanted).rejects.toMatchObject({ name: 'AbortError' });
    expect(port.isTerminated).toBe(true);
  });

  it('should say when a tokenizer does not come, instead of a figure', async () => {
    const port = new Port();
    jest.spyOn(port, 'postMessage').mockImplementation(({ id }: CountRequest) => {
      const data = { id, error: 'The tokenizer o200k_base cannot be loaded: away' };
      setTimeout(() => (port.onmessage as (event: { data: unknown }) => void)({ data }));
    });
    counter = new TokenCounter(() => port);
    await expect(counter.count('hello', 'gpt-4o')).rejects.toThrow(/cannot be loaded/);
  });
});

describe('CountJobs', () => {
  it('should let a cancel in between two slices', async () => {
    const answers: unknown[] = [];
    const jobs = new CountJobs(answer => answers.push(answer));
    jobs.handleRequest({ kind: 'count', id: 1, text: LARGE, tokenizer: 'o200k_base' });
    jobs.handleRequest({ kind: 'count', id: 2, text: LARGE, tokenizer: 'o200k_base' });
    jobs.handleRequest({ kind: 'cancel', id: 1 });
    await until(() => answers.length > 0);
    expect(answers).toEqual([{ id: 2, tokens: expect.any(Number) as number }]);
  });
});
