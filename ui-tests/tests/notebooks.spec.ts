import type { Page } from '@playwright/test';

import { expect, test } from '../fixtures';
import { chatCell } from '../providers';
import { openLab, runCell } from '../screen';

interface Program {
  readonly serviceManager: {
    readonly contents: { rename(path: string, newPath: string): Promise<unknown> };
  };
}

/** Renames as the file browser does. */
async function rename(page: Page, path: string, newPath: string): Promise<void> {
  await page.evaluate(
    async ([from, to]) => {
      const { jupyterapp } = window as unknown as { jupyterapp: Program };
      await jupyterapp.serviceManager.contents.rename(from, to);
    },
    [path, newPath]
  );
}

/** The calls of each notebook in the ledger. */
async function callsOf(page: Page, url: string): Promise<Record<string, number>> {
  const answer = await page.request.get(url);
  const { rows } = (await answer.json()) as { rows: { group: string; calls: number }[] };
  return Object.fromEntries(rows.map(({ group, calls }) => [group, calls]));
}

for (const app of ['jupyterlab', 'notebook'] as const) {
  test(`keeps badges, sum, question and totals through a rename, in ${app}`, async ({
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
    lab.writeNotebook('before.ipynb', [chatCell(1)]);
    await openLab(
      page,
      lab.url(app === 'notebook' ? 'notebooks/before.ipynb' : 'lab/tree/before.ipynb')
    );
    await runCell(page, 0);
    await expect(sum).toHaveText(/^LLM: \$0\.\d+$/);
    await expect(badge).toContainText('$');
    const text = await badge.innerText();

    const asked = page.waitForResponse(response => response.url().includes('cells?notebook=after'));
    await rename(page, 'before.ipynb', 'after.ipynb');
    await asked;
    expect(await callsOf(page, usage)).toEqual({ 'after.ipynb': 1 });
    await expect(badge).toHaveText(text);
    await expect(sum).toHaveText(/^LLM: \$0\.\d+$/);

    await page.getByRole('menuitem', { name: 'Run', exact: true }).click();
    await page.getByRole('menuitem', { name: /^Run All Cells/ }).click();
    const dialog = page.locator('.jp-Dialog');
    await expect(dialog).toContainText(/Running this notebook again costs about \$0\.\d+/);
    await dialog.getByRole('button', { name: 'Run All' }).click();
    await expect
      .poll(async () => callsOf(page, usage), { timeout: 60_000 })
      .toEqual({ 'after.ipynb': 2 });
  });
}

test('says that a copy of a notebook starts from zero', async ({ page, startLab, standin }) => {
  const lab = await startLab({ environment: standin });
  lab.writeNotebook('original.ipynb', [chatCell(1)]);
  await openLab(page, lab.url('lab/tree/original.ipynb'));
  await runCell(page, 0);
  await expect(page.locator('.jp-LLMMeter-Badge')).toContainText('$');
  // The cells of both have the same ids, as after Save As.
  lab.writeNotebook('copy.ipynb', [chatCell(1)]);
  await openLab(page, lab.url('lab/tree/copy.ipynb'));
  await expect(page.getByText('This notebook is a copy of original.ipynb.')).toBeVisible();
  // The badge of the original is on a tab that is not shown.
  await expect(page.locator('.jp-LLMMeter-Badge:visible')).toHaveCount(0);
});
