import { scanText } from '../../core/scan/text';
import type { ReadRequest } from '../../kernels/text-reader';
import { LARGEST_IN_PAGE, TextReader } from '../../kernels/text-reader';
import type { WorkerPort } from '../../kernels/worker-client';

const USAGE = 'prompt_tokens=5, completion_tokens=6\n';
const LARGE = '.\n'.repeat(LARGEST_IN_PAGE) + USAGE;
const FOUND = [{ usage: { inputTokens: 5, outputTokens: 6 } }];

/** A worker in this thread that answers, or fails, in its own time. */
class Port implements WorkerPort {
  onmessage: WorkerPort['onmessage'] = null;
  onerror: WorkerPort['onerror'] = null;
  readonly requests: ReadRequest[] = [];

  constructor(private readonly doesFail = false) {}

  postMessage(request: ReadRequest): void {
    this.requests.push(request);
    setTimeout(() => (this.doesFail ? this._fail() : this._answer(request)));
  }

  terminate(): void {
    this.onmessage = null;
  }

  private _fail(): void {
    (this.onerror as () => void)();
  }

  private _answer({ id, output, patterns }: ReadRequest): void {
    const data = { id, readings: scanText(output, patterns) };
    (this.onmessage as (event: { data: unknown }) => void)({ data });
  }
}

let reader: TextReader;

afterEach(() => reader.dispose());

describe('TextReader', () => {
  it('should start no worker for small texts, and none for large ones without usage', async () => {
    const start = jest.fn(() => new Port());
    reader = new TextReader(start);
    expect(await reader.scanText({ text: USAGE, markup: 'plain' }, [])).toMatchObject(FOUND);
    expect(await reader.scanText({ text: 'x'.repeat(1e6), markup: 'plain' }, [])).toEqual([]);
    expect(start).not.toHaveBeenCalled();
  });

  it('should read large texts in one worker', async () => {
    const port = new Port();
    const start = jest.fn(() => port);
    reader = new TextReader(start);
    const texts = [1, 2].map(() => reader.scanText({ text: LARGE, markup: 'plain' }, []));
    expect(await Promise.all(texts)).toMatchObject([FOUND, FOUND]);
    expect(port.requests).toHaveLength(2);
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
  ])('should read large texts itself where the worker %s', async (_, start) => {
    reader = new TextReader(start);
    expect(await reader.scanText({ text: LARGE, markup: 'plain' }, [])).toMatchObject(FOUND);
    expect(await reader.scanText({ text: LARGE, markup: 'plain' }, [])).toMatchObject(FOUND);
  });
});
