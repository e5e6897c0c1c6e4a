import { expect, test } from '../fixtures';
import { expectTokens, gauge, openLab, picture, runCell } from '../screen';

const LIMIT = 1_000_000;

const USAGE = `print("""ChatCompletion(id='chatcmpl-printed-1', choices=[], created=1764000000, model='gpt-5-mini',
object='chat.completion', usage=CompletionUsage(completion_tokens=32, prompt_tokens=346, total_tokens=378))""")`;

test('reads the usage that a kernel without a tap prints, once', async ({ page, startLab }) => {
  const lab = await startLab({});
  lab.writeKernel('untapped', { LLM_METER_DISABLE: '1' });
  lab.writeNotebook('printed.ipynb', ["print('no usage')", USAGE, USAGE], 'untapped');
  await openLab(page, lab.url('lab/tree/printed.ipynb'));
  await gauge(page).click();
  const popover = page.locator('.jp-LLMMeter-Popover');
  await expect(popover).toContainText('Not metered', { timeout: 60_000 });
  await page.keyboard.press('Escape');

  await runCell(page, 0);
  await runCell(page, 1);
  await expectTokens(page, 378, LIMIT);
  await runCell(page, 2);
  await page.reload();
  await expectTokens(page, 378, LIMIT);
  await gauge(page).click();
  await expect(popover.locator('.jp-LLMMeter-Calls tbody tr')).toHaveCount(1);
  await expect(popover.locator('.jp-LLMMeter-Calls tbody tr')).toContainText('printed.ipynb');
  await picture(page, 'unmetered-kernel');
});
