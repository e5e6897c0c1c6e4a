import type { Page } from '@playwright/test';

import { expect, test } from '../fixtures';
import { chatCell } from '../providers';
import { expectTokens, gauge, openLab, picture, printedTokens, rename, runCell } from '../screen';

const LIMIT = 1_000_000;

/** The calls of each notebook in the ledger. */
async function callsOf(page: Page, url: string): Promise<Record<string, number>> {
  const answer = await page.request.get(url);
  const { rows } = (await answer.json()) as { rows: { group: string; calls: number }[] };
  return Object.fromEntries(rows.map(({ group, calls }) => [group, calls]));
}

for (const app of ['jupyterlab', 'notebook'] as const) {
  test(`asks before all cells are run, also after a rename, which changes no figure, in ${app}`, async ({
    page,
    startLab,
    standin
  }) => {
    const lab = await startLab({
      app,
      environment: standin,
      isAppExposed: true,
      settings: { confirmRunAllAbove: 0, saveCosts: true }
    });
    const usage = lab.url('llm-meter/api/v1/usage?group_by=notebook');
    const badge = page.locator('.jp-Notebook .jp-CodeCell .jp-LLMMeter-Badge');
    const sum = page.locator('.jp-LLMMeter-NotebookCost');
    const prompt = page.locator('.jp-Notebook .jp-InputPrompt').first();
    const dialog = page.locator('.jp-Dialog');
    const runAll = async (): Promise<void> => {
      await page.getByRole('menuitem', { name: 'Run', exact: true }).click();
      await page.getByRole('menuitem', { name: /^Run All Cells/ }).click();
    };
    lab.writeNotebook('before.ipynb', [chatCell(1)]);
    const path = app === 'notebook' ? 'notebooks/before.ipynb' : 'lab/tree/before.ipynb';
    await openLab(page, lab.url(path));
    await runCell(page, 0);
    await expectTokens(page, await printedTokens(page, 0), LIMIT);
    await expect(sum).toHaveText(/^LLM: \$0\.\d+$/);
    await expect(badge).toContainText('$');
    if (app === 'notebook') {
      await picture(page, 'notebook-7');
    }

    await test.step('asks before all cells are run', async () => {
      await runAll();
      await expect(dialog).toContainText(/Running this notebook again costs about \$0\.\d+/);
      await picture(page, `run-all-${app}`);
      await dialog.getByRole('button', { name: 'Cancel' }).click();
      await expect(prompt).toHaveText('[1]:');
      await runAll();
      await dialog.getByRole('button', { name: 'Run All' }).click();
      await expect(prompt).toHaveText('[2]:');
      await expect
        .poll(async () => callsOf(page, usage), { timeout: 60_000 })
        .toEqual({ 'before.ipynb': 2 });
    });
    await test.step('asks before the kernel is restarted and all cells are run', async () => {
      await page
        .locator('[data-jp-item-name="restart-and-run"]')
        .locator('jp-button, button')
        .first()
        .click();
      await expect(dialog).toContainText('Run all cells?');
      await dialog.getByRole('button', { name: 'Run All' }).click();
      await expect(dialog).toContainText('Restart Kernel?');
      await dialog.getByRole('button', { name: 'Cancel' }).click();
    });
    await test.step('keeps badge, sum, question and totals through a rename', async () => {
      await expect(badge).toContainText('$');
      const text = await badge.innerText();
      const asked = page.waitForResponse(response =>
        response.url().includes('cells?notebook=after')
      );
      await rename(page, 'before.ipynb', 'after.ipynb');
      await asked;
      expect(await callsOf(page, usage)).toEqual({ 'after.ipynb': 2 });
      await expect(badge).toHaveText(text);
      await expect(sum).toHaveText(/^LLM: \$0\.\d+$/);
      await runAll();
      await expect(dialog).toContainText(/Running this notebook again costs about \$0\.\d+/);
      await dialog.getByRole('button', { name: 'Run All' }).click();
      await expect
        .poll(async () => callsOf(page, usage), { timeout: 60_000 })
        .toEqual({ 'after.ipynb': 3 });
    });
  });
}

test('opens a popover with today, this month and the last calls, and tells that a copy starts from zero', async ({
  page,
  startLab,
  standin
}) => {
  const lab = await startLab({ environment: standin });
  lab.writeNotebook('original.ipynb', [chatCell(3)]);
  await openLab(page, lab.url('lab/tree/original.ipynb'));
  await runCell(page, 0);
  await expectTokens(page, await printedTokens(page, 0), LIMIT);

  await test.step('the popover', async () => {
    await gauge(page).click();
    const popover = page.locator('.jp-LLMMeter-Popover');
    await expect(popover).toContainText('Today');
    await expect(popover).toContainText('This month');
    const rows = popover.locator('.jp-LLMMeter-Calls tbody tr');
    await expect(rows).toHaveCount(3);
    await expect(rows.first()).toContainText('gpt-5-mini');
    await expect(rows.first()).toContainText('$');
    await picture(page, 'popover');
    await page.keyboard.press('Escape');
    await expect(popover).toHaveCount(0);
    await expect(gauge(page)).toBeFocused();
  });

  await test.step('the copy', async () => {
    await expect(page.locator('.jp-LLMMeter-Badge')).toContainText('$');
    // The cells of both have the same ids, as after Save As.
    lab.writeNotebook('copy.ipynb', [chatCell(3)]);
    await openLab(page, lab.url('lab/tree/copy.ipynb'));
    await expect(page.getByText('This notebook is a copy of original.ipynb.')).toBeVisible();
    // The badge of the original is on a tab that is not shown.
    await expect(page.locator('.jp-LLMMeter-Badge:visible')).toHaveCount(0);
  });
});
