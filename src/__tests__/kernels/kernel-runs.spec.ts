import type { KernelMessage } from '@jupyterlab/services';

import type { CallRecord } from '../../core/record/record';
import { checkPatterns } from '../../core/scan/patterns';
import type { CountRequest } from '../../kernels/count-jobs';
import { Estimator } from '../../kernels/estimator';
import { KernelRuns } from '../../kernels/kernel-runs';
import type { WorkerPort } from '../../kernels/worker-client';
import { TextReader } from '../../kernels/text-reader';

const USAGE = 'CompletionUsage(completion_tokens=17, prompt_tokens=57)';

/** A page that follows one kernel. */
class Page {
  readonly reported: CallRecord[] = [];
  isScanned = true;
  isShellScanned = false;
  estimator?: Estimator;
  readonly runs = new KernelRuns('k-1', {
    reader: new TextReader(() => {
      throw new Error('no worker is needed here');
    }),
    isScanned: () => this.isScanned,
    isShellScanned: () => this.isShellScanned,
    patterns: () => checkPatterns([]).patterns,
    estimator: () => this.estimator,
    reportCalls: records => this.reported.push(...records)
  });

  async receive(...messages: readonly KernelMessage.IMessage[]): Promise<readonly CallRecord[]> {
    messages.forEach(message => this.runs.handleMessage(message, 'a.ipynb'));
    await this.runs.settled;
    return this.reported;
  }
}

function message(type: string, content: unknown, requestId = 'r-1'): KernelMessage.IMessage {
  return {
    header: { msg_type: type, date: '2026-11-23T20:00:00.123456Z' },
    parent_header: { msg_id: requestId },
    content
  } as unknown as KernelMessage.IMessage;
}

const begin = message('execute_input', { code: 'usage', execution_count: 1 });
const end = message('status', { execution_state: 'idle' });
const printed = (text: string): KernelMessage.IMessage =>
  message('stream', { name: 'stdout', text });

describe('KernelRuns', () => {
  it('should report a call when the run that printed it has ended', async () => {
    const page = new Page();
    page.runs.addRequest('r-1', 'cell-1');
    expect(await page.receive(begin, printed(USAGE))).toEqual([]);
    expect(await page.receive(end)).toMatchObject([
      {
        source: 'output',
        basis: 'reported',
        startedAt: '2026-11-23T20:00:00.123456Z',
        inputTokens: 57,
        outputTokens: 17,
        kernelId: 'k-1',
        notebookPath: 'a.ipynb',
        cellId: 'cell-1'
      }
    ]);
  });

  it('should read nothing of a run whose beginning it has not seen', async () => {
    expect(await new Page().receive(printed(USAGE), end)).toEqual([]);
  });

  it('should count an object once that is shown in several forms', async () => {
    const data = { 'text/plain': USAGE, 'text/html': `<pre>${USAGE}</pre>` };
    const result = message('execute_result', { data, metadata: {}, execution_count: 1 });
    expect(await new Page().receive(begin, result, end)).toHaveLength(1);
  });

  it('should give the same ids in two tabs', async () => {
    const messages = [begin, printed(USAGE), end];
    expect(await new Page().receive(...messages)).toEqual(await new Page().receive(...messages));
  });

  describe('in a kernel with a tap', () => {
    const body = JSON.stringify({
      id: 'chatcmpl-0123456789abcdef',
      object: 'chat.completion',
      model: 'gpt-5',
      usage: { prompt_tokens: 57, completion_tokens: 17, total_tokens: 74 }
    });
    const started = (code: string): KernelMessage.IMessage =>
      message('execute_input', { code, execution_count: 1 });
    let page: Page;
    beforeEach(() => {
      page = new Page();
      page.isScanned = false;
      page.isShellScanned = true;
    });

    it('should read what curl prints', async () => {
      const records = await page.receive(started('!curl -s $URL'), printed(body), end);
      expect(records).toMatchObject([{ inputTokens: 57, outputTokens: 17 }]);
    });

    it('should read usage without an id only where a program has no tap', async () => {
      expect(await page.receive(started('!python call.py'), printed(USAGE), end)).toEqual([]);
      page = new Page();
      page.isScanned = false;
      page.isShellScanned = true;
      expect(await page.receive(started('!claude -p hi'), printed(USAGE), end)).toHaveLength(1);
    });

    it('should leave an answer with an id to the ledger, which knows what a tap reported', async () => {
      expect(await page.receive(started('!python call.py'), printed(body), end)).toHaveLength(1);
    });

    it('should read nothing of a cell without a shell, and no result of one with it', async () => {
      const result = message('execute_result', { data: { 'text/plain': USAGE }, metadata: {} });
      expect(await page.receive(started('print(body)'), printed(body), end)).toEqual([]);
      expect(await page.receive(message('execute_input', { code: '!curl x' }, 'r-2'))).toEqual([]);
      expect(await page.receive(result, end)).toEqual([]);
    });

    it('should read nothing where the shell is not read', async () => {
      page.isShellScanned = false;
      expect(await page.receive(started('!curl -s $URL'), printed(body), end)).toEqual([]);
    });
  });

  it('should keep runs apart that overlap', async () => {
    const page = new Page();
    const other = message('execute_input', {}, 'r-2');
    const records = await page.receive(begin, other, printed(USAGE), end);
    expect(records).toHaveLength(1);
    expect(await page.receive(message('status', { execution_state: 'idle' }, 'r-2'))).toHaveLength(
      1
    );
  });

  it('should count what a run prints after its end, once', async () => {
    const page = new Page();
    await page.receive(begin, printed(USAGE), end);
    const late = `C(id='chatcmpl-9', usage=${USAGE})\nCompletionUsage(completion_tokens=2, prompt_tokens=1)`;
    expect(await page.receive(printed(late), printed(late))).toMatchObject([
      { inputTokens: 57, outputTokens: 17 },
      { inputTokens: 1, outputTokens: 2 }
    ]);
  });

  it('should count the call of another cell whose answer has the same figures', async () => {
    const page = new Page();
    const code = (name: string, requestId: string): KernelMessage.IMessage =>
      message('execute_input', { code: `${name} <- ask("Hi"); ${name}$usage` }, requestId);
    const over = message('status', { execution_state: 'idle' }, 'r-2');
    const same = message('stream', { name: 'stdout', text: USAGE }, 'r-2');
    await page.receive(code('first', 'r-1'), printed(USAGE), end);
    expect(await page.receive(code('second', 'r-2'), same, over)).toHaveLength(2);
  });

  it('should count a call once that the next cell shows again without its id', async () => {
    const page = new Page();
    page.runs.addRequest('r-1', 'cell-1');
    page.runs.addRequest('r-2', 'cell-2');
    await page.receive(begin, printed(`C(id='chatcmpl-9', usage=${USAGE})`), end);
    const again = message('stream', { name: 'stdout', text: USAGE }, 'r-2');
    const over = message('status', { execution_state: 'idle' }, 'r-2');
    expect(await page.receive(message('execute_input', {}, 'r-2'), again, over)).toHaveLength(1);
  });

  it('should read nothing while the kernel has a tap', async () => {
    const page = new Page();
    page.isScanned = false;
    expect(await page.receive(begin, printed(USAGE), end)).toEqual([]);
  });
});

describe('the estimate of a run that only prints the answer', () => {
  const estimator = new Estimator(() => {
    throw new Error('the page itself is to count here');
  });

  afterAll(() => estimator.dispose());

  const input = (code: string, requestId = 'r-1'): KernelMessage.IMessage =>
    message('execute_input', { code, execution_count: 1 }, requestId);
  const ask = input('chat <- ellmer::chat_openai(model = "gpt-4o")\nchat$chat("hello world")');
  const answer = printed('Hello, world!');
  const error = message('error', { ename: 'KeyboardInterrupt', evalue: '', traceback: [] });

  function pageThatEstimates(): Page {
    const page = new Page();
    page.estimator = estimator;
    return page;
  }

  it('should count answer and prompt, and say that it counted', async () => {
    const page = pageThatEstimates();
    page.runs.addRequest('r-1', 'cell-1');
    expect(await page.receive(ask, answer, end)).toEqual([
      {
        callId: expect.stringMatching(/^output-[0-9a-f]{32}$/) as string,
        startedAt: '2026-11-23T20:00:00.123456Z',
        status: 'ok',
        basis: 'counted',
        source: 'output',
        operationName: 'chat',
        requestModel: 'gpt-4o',
        inputTokens: 2,
        outputTokens: 4,
        tokenizer: 'o200k_base',
        kernelId: 'k-1',
        runId: 'r-1',
        notebookPath: 'a.ipynb',
        cellId: 'cell-1'
      }
    ]);
  });

  it('should recognise a client that an earlier run set up, and leave an unknown prompt unknown', async () => {
    const page = pageThatEstimates();
    await page.receive(input('chat <- ellmer::chat_openai(model = "gpt-4")', 'r-0'));
    const [record, ...others] = await page.receive(input('chat$chat(question)'), answer, end);
    expect(record).toMatchObject({ requestModel: 'gpt-4', tokenizer: 'cl100k_base' });
    expect(record).not.toHaveProperty('inputTokens');
    expect(others).toEqual([]);
  });

  it('should say of an answer that an error broke off that it is a part', async () => {
    expect(await pageThatEstimates().receive(ask, answer, error, end)).toMatchObject([
      { status: 'aborted', basis: 'partial', outputTokens: 4 }
    ]);
  });

  it.each([
    ['a run that calls no LLM', [input('print("Hello, world!")'), answer, end]],
    ['a run that prints nothing', [ask, end]],
    ['a run that fails without an answer', [ask, error, end]],
    ['a run that warns only', [ask, message('stream', { name: 'stderr', text: 'slow' }), end]]
  ])('should ignore %s', async (_, messages) => {
    expect(await pageThatEstimates().receive(...messages)).toEqual([]);
  });

  it('should give way to a usage that is printed', async () => {
    expect(await pageThatEstimates().receive(ask, answer, printed(USAGE), end)).toMatchObject([
      { basis: 'reported', outputTokens: 17 }
    ]);
  });

  it('should not be made where the user did not ask for it, nor where the kernel has a tap', async () => {
    expect(await new Page().receive(ask, answer, end)).toEqual([]);
    const tapped = pageThatEstimates();
    tapped.isScanned = false;
    expect(await tapped.receive(ask, answer, end)).toEqual([]);
  });

  it('should be in a running sum that is printed later, which counts for the rest only', async () => {
    const page = pageThatEstimates();
    await page.receive(ask, answer, end);
    const sum = printed('<Chat OpenAI/gpt-4o turns=2 input=20 output=30>');
    const later = { ...sum, parent_header: { msg_id: 'r-2' } } as KernelMessage.IMessage;
    const idle = message('status', { execution_state: 'idle' }, 'r-2');
    const records = await page.receive(input('chat', 'r-2'), later, idle);
    expect(records.at(-1)).toMatchObject({ inputTokens: 18, outputTokens: 26 });
  });

  it('should be dropped when it is switched off during the run, and the next run reported', async () => {
    const page = new Page();
    const own = new Estimator(() => {
      throw new Error('the page itself is to count here');
    });
    page.estimator = own;
    const first = page.receive(ask, answer, end);
    await new Promise(resolve => setTimeout(resolve));
    own.dispose();
    page.estimator = undefined;
    expect(await first).toEqual([]);
    expect(await page.receive(begin, printed(USAGE), end)).toMatchObject([{ basis: 'reported' }]);
  });

  it('should leave usage unknown where the tokenizer cannot be had', async () => {
    jest.spyOn(console, 'error').mockImplementation();
    const page = new Page();
    page.estimator = new Estimator(() => {
      const port: WorkerPort = {
        onmessage: null,
        onerror: null,
        terminate: () => undefined,
        postMessage: ({ id }: CountRequest) =>
          setTimeout(() => {
            const data = { id, error: 'The tokenizer o200k_base cannot be loaded: away' };
            (port.onmessage as (event: { data: unknown }) => void)({ data });
          })
      };
      return port;
    });
    const [record] = await page.receive(ask, answer, end);
    expect(record).toMatchObject({ basis: 'missing', requestModel: 'gpt-4o' });
    expect(record).not.toHaveProperty('outputTokens');
  });
});
