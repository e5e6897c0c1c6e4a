import type { Worker } from '@playwright/test';

import { expect, test } from '../fixtures';
import { expectTokens, gauge, openLab, runCell } from '../screen';

const LIMIT = 1_000_000;

// A client as in the library's examples: in this kernel, which has no tap, only its source tells that an LLM is called.
const CLIENT = `class Answers:
    def create(self, **_):
        return "Hello, world!"
class OpenAI:
    responses = Answers()
client = OpenAI()`;
const ASK = `print(client.responses.create(model="gpt-4o", input="hello world"))`;

test('counts the answer that an unmetered cell prints, when asked to', async ({
  page,
  startLab
}) => {
  const lab = await startLab({ settings: { estimateOutputs: true } });
  lab.writeKernel('untapped', { LLM_METER_DISABLE: '1' });
  lab.writeNotebook('answer.ipynb', [CLIENT, `print('no call')`, ASK], 'untapped');
  const loaded: string[] = [];
  page.on('request', request => loaded.push(new URL(request.url()).pathname));
  await openLab(page, lab.url('lab/tree/answer.ipynb'));
  await gauge(page).click();
  const popover = page.locator('.jp-LLMMeter-Popover');
  await expect(popover).toContainText('Not metered', { timeout: 60_000 });
  await page.keyboard.press('Escape');

  await runCell(page, 0);
  await runCell(page, 1);
  const ours = (): string[] => loaded.filter(path => path.includes('/jupyter-llm-meter/static/'));
  const isOurs = (worker: Worker): boolean => worker.url().includes('/jupyter-llm-meter/static/');
  const before = ours().length;
  expect(page.workers().filter(isOurs)).toHaveLength(0);
  await runCell(page, 2);
  // "hello world" is two tokens, "Hello, world!" four.
  await expectTokens(page, 6, LIMIT);
  // The worker and a vocabulary are fetched with the first count, and not before. One that had failed would be gone.
  expect(ours().length).toBeGreaterThan(before);
  expect(page.workers().filter(isOurs)).toHaveLength(1);
  await gauge(page).click();
  const call = popover.locator('.jp-LLMMeter-Calls tbody tr');
  await expect(call).toHaveCount(1);
  await expect(call).toContainText('gpt-4o');
  await expect(call).toContainText('counted');
  await expect(call).toContainText('≈ 6');
});
