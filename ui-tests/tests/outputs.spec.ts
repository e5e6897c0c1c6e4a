import { expect, test } from '../fixtures';
import { expectTokens, gauge, openLab, runCell } from '../screen';

const LIMIT = 1_000_000;

/** A call of a program that has no tap; its answer is printed whole. */
const CALL = `!node -e 'fetch(process.env.OPENAI_BASE_URL + "/chat/completions", {method: "POST", headers: \
{"content-type": "application/json"}, body: JSON.stringify({model: "gpt-5-mini", messages: [{role: "user", content: "Hi"}]})}) \
.then(answer => answer.text()).then(console.log)'`;
const PYTHON_CALL = `import sys
!{sys.executable} -c "import openai; print(openai.OpenAI().chat.completions.create(model='gpt-5-mini', \
messages=[dict(role='user', content='Hi')]))"`;

const USAGE = `print("""ChatCompletion(id='chatcmpl-printed-1', choices=[], created=1764000000, model='gpt-5-mini',
object='chat.completion', usage=CompletionUsage(completion_tokens=32, prompt_tokens=346, total_tokens=378))""")`;

test('reads once the usage that a kernel without a tap prints, and shell commands of one with a tap', async ({
  page,
  startLab,
  standin
}) => {
  const lab = await startLab({ environment: standin });
  lab.writeKernel('untapped', { LLM_METER_DISABLE: '1' });
  lab.writeNotebook('printed.ipynb', ["print('no usage')", USAGE, USAGE], 'untapped');
  lab.writeNotebook('shell.ipynb', [CALL, PYTHON_CALL]);
  const popover = page.locator('.jp-LLMMeter-Popover');
  const rows = popover.locator('.jp-LLMMeter-Calls tbody tr');

  await test.step('a kernel without a tap', async () => {
    await openLab(page, lab.url('lab/tree/printed.ipynb'));
    await gauge(page).click();
    await expect(popover).toContainText('Not metered', { timeout: 60_000 });
    await page.keyboard.press('Escape');
    await runCell(page, 0);
    await runCell(page, 1);
    await expectTokens(page, 378, LIMIT);
    await runCell(page, 2);
    await page.reload();
    await expectTokens(page, 378, LIMIT);
    await gauge(page).click();
    await expect(rows).toHaveCount(1);
    await expect(rows).toContainText('printed.ipynb');
  });

  await test.step('shell commands in a kernel with a tap', async () => {
    await openLab(page, lab.url('lab/workspaces/shell/tree/shell.ipynb'));
    await runCell(page, 0);
    await gauge(page).click();
    await expect(rows).toHaveCount(2, { timeout: 60_000 });
    await page.keyboard.press('Escape');
    await runCell(page, 1);
    await gauge(page).click();
    await expect(rows).toHaveCount(3, { timeout: 60_000 });
    // The tap's record and the printed answer are one call, whichever arrives first.
    await page.reload();
    await gauge(page).click();
    await expect(rows).toHaveCount(3, { timeout: 60_000 });
  });
});
