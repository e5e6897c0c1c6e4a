import type { Page } from '@playwright/test';

import { expect, test } from '../fixtures';
import { expectTokens, gauge, limitDialog, openLab, picture, runCell, toasts } from '../screen';

const LIMIT = 1_000;
const SETTINGS = { limits: [{ window: 'month', unit: 'tokens', amount: LIMIT }] as const };

/** A cell that prints the usage of a call. */
function printed(id: string, input: number, output: number): string {
  return `print("""ChatCompletion(id='chatcmpl-${id}', model='gpt-5-mini', object='chat.completion', usage=CompletionUsage(
completion_tokens=${output}, prompt_tokens=${input}, total_tokens=${input + output}))""")`;
}

async function openTotals(page: Page): Promise<void> {
  await gauge(page).click();
  await expect(page.locator('.jp-LLMMeter-Popover')).toBeVisible();
}

test('counts without the server extension, remembers, warns, stops, and hands over once', async ({
  page,
  startLab
}) => {
  const lab = await startLab({ hasServerExtension: false, settings: { ...SETTINGS } });
  lab.writeNotebook('local.ipynb', [
    printed('local-0001', 300, 100),
    printed('local-0002', 400, 50),
    printed('local-0003', 200, 50)
  ]);
  await openLab(page, lab.url('lab/tree/local.ipynb'));
  await runCell(page, 0);
  await expectTokens(page, 400, LIMIT);
  await openTotals(page);
  const popover = page.locator('.jp-LLMMeter-Popover');
  await expect(popover).toContainText("The LLM Meter server extension isn't running.");
  await expect(popover.locator('.jp-LLMMeter-Calls tbody tr')).toHaveCount(1);
  await picture(page, 'local');
  await page.keyboard.press('Escape');

  await page.reload();
  await expectTokens(page, 400, LIMIT);
  await runCell(page, 1);
  await expectTokens(page, 850, LIMIT);
  await expect(toasts(page)).toHaveCount(1);

  await lab.stop();
  await lab.start(false);
  await openLab(page, lab.url('lab/tree/local.ipynb'));
  await expectTokens(page, 850, LIMIT);
  await runCell(page, 2);
  await expectTokens(page, 1100, LIMIT);
  await expect(limitDialog(page)).toContainText('local.ipynb');
  await limitDialog(page).getByRole('button', { name: 'Continue' }).click();
  await expect(limitDialog(page)).toHaveCount(0);
  await page.waitForTimeout(3_000);

  await lab.stop();
  await lab.start(true);
  await openLab(page, lab.url('lab/tree/local.ipynb'));
  await expectTokens(page, 1100, LIMIT);
  await openTotals(page);
  await expect(popover).not.toContainText("server extension isn't running");
  await expect(popover.locator('.jp-LLMMeter-Calls tbody tr')).toHaveCount(3);
  await page.reload();
  await expectTokens(page, 1100, LIMIT);
});

test('loses nothing when two browsers count without the server extension', async ({
  page,
  browser,
  startLab
}) => {
  const lab = await startLab({ hasServerExtension: false, settings: { ...SETTINGS } });
  const cells = (name: string): string[] =>
    [1, 2, 3].map(n => printed(`${name}-call-${n}`, 10 * n, n));
  lab.writeNotebook('one.ipynb', cells('one'));
  lab.writeNotebook('two.ipynb', cells('two'));
  const context = await browser.newContext();
  const other = await context.newPage();
  await openLab(page, lab.url('lab/tree/one.ipynb'));
  await openLab(other, lab.url('lab/workspaces/other/tree/two.ipynb'));
  for (let at = 0; at < 3; at += 1) {
    await Promise.all([runCell(page, at), runCell(other, at)]);
  }
  for (const tab of [page, other]) {
    await expect(gauge(tab)).toHaveAttribute('title', /(66|77|99|132) of 1,000/);
  }
  // 2 x (11 + 22 + 33)
  for (const tab of [page, other]) {
    // A browser gets what another has counted only when it is refreshed.
    await expect(async () => {
      await tab.reload();
      await expect(gauge(tab)).toHaveAttribute('title', /132 of 1,000/, { timeout: 15_000 });
    }).toPass({ timeout: 90_000 });
  }
  await context.close();
});
