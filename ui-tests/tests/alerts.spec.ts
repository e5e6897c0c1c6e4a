import type { Page } from '@playwright/test';

import type { LimitSetting } from '../lab';
import { expect, test } from '../fixtures';
import { chatCell, replayCell } from '../providers';
import { gauge, limitDialog, openLab, picture, runCell, startCell, toasts } from '../screen';

const tokensAMonth = (amount: number): { limits: LimitSetting[] } => ({
  limits: [{ window: 'month', unit: 'tokens', amount }]
});

/** How many of the tabs show something, once at least one does. */
async function shownIn(
  tabs: readonly Page[],
  what: (page: Page) => number | Promise<number>
): Promise<number> {
  const counts = await Promise.all(tabs.map(what));
  return counts.reduce((sum, count) => sum + count, 0);
}

test('warns by a toast at 80 % and stops at 100 %, each once, in one of two tabs', async ({
  page,
  context,
  startLab,
  replay
}) => {
  const [openai, others] = replay.plans;
  const [first, second] = openai.tokens > others.tokens ? [openai, others] : [others, openai];
  const lab = await startLab({
    environment: replay.environment,
    settings: tokensAMonth(Math.ceil(first.tokens / 0.85))
  });
  lab.writeNotebook('work.ipynb', [replayCell(first), replayCell(second)]);
  const other = await context.newPage();
  await openLab(other, lab.url('lab/workspaces/other'));
  await openLab(page, lab.url('lab/tree/work.ipynb'));
  const tabs = [page, other];

  await runCell(page, 0);
  await expect(gauge(page)).toHaveAttribute('data-level', 'warning');
  await expect(gauge(other)).toHaveAttribute('data-level', 'warning');
  await expect.poll(() => shownIn(tabs, tab => toasts(tab).count())).toBe(1);
  const toldTab = (await toasts(page).count()) === 1 ? page : other;
  await picture(toldTab, 'toast');

  await runCell(page, 1);
  await expect(gauge(page)).toHaveAttribute('data-level', 'exceeded');
  await expect.poll(() => shownIn(tabs, tab => limitDialog(tab).count())).toBe(1);
  const stoppedTab = (await limitDialog(page).count()) === 1 ? page : other;
  await picture(stoppedTab, 'dialog');
  const dialog = limitDialog(stoppedTab);
  await expect(dialog).toContainText('work.ipynb');
  await expect(dialog).toContainText('Resets');
  await dialog.getByRole('button', { name: 'Continue' }).click();
  await expect(dialog).toHaveCount(0);

  for (const tab of tabs) {
    await tab.reload();
    await expect(gauge(tab)).toHaveAttribute('data-level', 'exceeded');
    await tab.waitForLoadState('networkidle');
    expect(await toasts(tab).count()).toBe(0);
    expect(await limitDialog(tab).count()).toBe(0);
  }
});

test('shows an alert for a limit that was crossed while no browser was open', async ({
  page,
  startLab,
  standin
}) => {
  const lab = await startLab({
    environment: standin,
    settings: tokensAMonth(400)
  });
  lab.writeNotebook('away.ipynb', [
    `import os, time; print('started', flush=True)
while not os.path.exists('go.ipynb'): time.sleep(0.2)
${chatCell(6)}`
  ]);
  await openLab(page, lab.url('lab/tree/away.ipynb'));
  const cell = await startCell(page, 0);
  await expect(cell.locator('.jp-OutputArea')).toContainText('started');
  await page.goto('about:blank');
  lab.writeNotebook('go.ipynb', []);

  const usage = lab.url('llm-meter/api/v1/usage');
  await expect
    .poll(
      async () =>
        ((await (await fetch(usage)).json()) as { rows: { calls: number }[] }).rows[0]?.calls,
      {
        timeout: 90_000
      }
    )
    .toBe(6);
  await openLab(page, lab.url('lab'));
  await expect(limitDialog(page)).toHaveCount(1);
  await limitDialog(page).getByRole('button', { name: 'See usage' }).click();
  await expect(page.locator('.jp-LLMMeter-Popover')).toContainText('away.ipynb');
});

test('warns of a runaway loop, and interrupts its kernel on request', async ({
  page,
  startLab,
  standin
}) => {
  const lab = await startLab({ environment: standin, settings: tokensAMonth(1_000_000_000) });
  const loop = `%xmode Minimal
from openai import OpenAI
client = OpenAI()
while True:
    client.chat.completions.create(model="gpt-5-mini", messages=[{"role": "user", "content": "Again"}])`;
  lab.writeNotebook('loop.ipynb', [loop, 'print("alive")']);
  await openLab(page, lab.url('lab/tree/loop.ipynb'));
  const cell = await startCell(page, 0);
  const toast = page.locator('.Toastify__toast', { hasText: 'loop.ipynb' });
  await expect(toast).toContainText('calls per minute', { timeout: 60_000 });
  await toast.getByRole('button', { name: 'Interrupt kernel' }).click();
  await expect(toast).toHaveCount(0);
  await expect(cell.locator('.jp-OutputArea')).toContainText('KeyboardInterrupt');

  await runCell(page, 1);
  const next = page.locator('.jp-Notebook .jp-CodeCell').nth(1).locator('.jp-OutputArea');
  await expect(next).toContainText('alive');
});
