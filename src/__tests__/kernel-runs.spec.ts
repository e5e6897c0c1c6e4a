import type { KernelMessage } from '@jupyterlab/services';

import type { CallRecord } from '../core/record';
import { checkPatterns } from '../core/scan/patterns';
import { KernelRuns } from '../kernel-runs';
import { TextReader } from '../text-reader';

const USAGE = 'CompletionUsage(completion_tokens=17, prompt_tokens=57)';

/** A page that follows one kernel. */
class Page {
  readonly reported: CallRecord[] = [];
  isScanned = true;
  readonly runs = new KernelRuns('k-1', {
    reader: new TextReader(() => {
      throw new Error('no worker is needed here');
    }),
    isScanned: () => this.isScanned,
    patterns: () => checkPatterns([]).patterns,
    report: records => this.reported.push(...records)
  });

  async receive(...messages: readonly KernelMessage.IMessage[]): Promise<readonly CallRecord[]> {
    messages.forEach(message => this.runs.onMessage(message, 'a.ipynb'));
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
  it('should tell of a call when the run that printed it has ended', async () => {
    const page = new Page();
    page.runs.onRequest('r-1', 'cell-1');
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

  it('should count a call once that the next cell shows again without its id', async () => {
    const page = new Page();
    page.runs.onRequest('r-1', 'cell-1');
    page.runs.onRequest('r-2', 'cell-2');
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
