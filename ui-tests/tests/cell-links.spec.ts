import type { Locator, Page } from '@playwright/test';

import type { Lab } from '../lab';
import { expect, test } from '../fixtures';
import { openLab, runCell, toasts } from '../screen';

/** A cell that makes some calls to a small model. */
const calls = (count: number): string =>
  [
    'from openai import OpenAI',
    `for _ in range(${count}):`,
    '    OpenAI(max_retries=0).chat.completions.create(model="gpt-5-nano", max_completion_tokens=16,',
    '        messages=[{"role": "user", "content": "Question"}])'
  ].join('\n');

const APPS = ['jupyterlab', 'notebook'] as const;

type App = (typeof APPS)[number];

function pageOf(lab: Lab, app: App, path: string): string {
  return lab.url(`${app === 'jupyterlab' ? 'lab/tree' : 'notebooks'}/${path}`);
}

/** The address of a notebook at a cell, as messages of alerts link to it. */
function linkTo(lab: Lab, app: App, path: string, cellId: string): string {
  const address = new URL(pageOf(lab, app, path));
  address.searchParams.set('llm-meter-cell', cellId);
  return address.href;
}

/** The cells of the notebook in front. */
function cellsOf(page: Page): Locator {
  return page.locator('.jp-NotebookPanel:not(.lm-mod-hidden) .jp-CodeCell');
}

async function idOfCell(page: Page, lab: Lab, path: string, index: number): Promise<string> {
  const answer = await page.request.get(lab.url(`api/contents/${path}`));
  const { content } = (await answer.json()) as { content: { cells: { id: string }[] } };
  return content.cells[index].id;
}

const WARNS_AT_FOUR_CALLS = {
  limits: [{ window: 'day', unit: 'calls', amount: 8, warn_at: [0.5] }]
} as const;

for (const app of APPS) {
  test(`leads from the toast to the cell that used most, not to the last one, in ${app}`, async ({
    page,
    startLab,
    standin
  }) => {
    const lab = await startLab({ app, environment: standin, settings: WARNS_AT_FOUR_CALLS });
    lab.writeNotebook('most.ipynb', ['1', calls(3), '2', calls(1), '3']);
    await openLab(page, pageOf(lab, app, 'most.ipynb'));
    const cells = page.locator('.jp-Notebook .jp-CodeCell');
    await runCell(page, 1);
    await runCell(page, 3);
    await toasts(page).getByRole('button', { name: 'Go to cell' }).click();
    await expect(cells.nth(1)).toHaveClass(/jp-mod-active/);
  });

  test(`leads from the toast to the cell of another notebook, in ${app}`, async ({
    page,
    startLab,
    standin
  }) => {
    const lab = await startLab({ app, environment: standin, settings: WARNS_AT_FOUR_CALLS });
    lab.writeNotebook('most.ipynb', ['1', calls(3), '2']);
    lab.writeNotebook('other.ipynb', [calls(1)]);
    await openLab(page, pageOf(lab, app, 'most.ipynb'));
    await runCell(page, 1);
    // In a workspace of its own, since JupyterLab would open the first notebook again.
    const other = app === 'jupyterlab' ? 'lab/workspaces/own/tree' : 'notebooks';
    await openLab(page, lab.url(`${other}/other.ipynb`));
    await expect(cellsOf(page)).toHaveCount(1);
    await runCell(page, 0);
    const link = toasts(page).getByRole('button', { name: 'Go to cell' });
    const isOwnPage = app === 'notebook';
    const [shown] = await Promise.all([
      isOwnPage ? page.context().waitForEvent('page') : Promise.resolve(page),
      link.click()
    ]);
    await expect(cellsOf(shown)).toHaveCount(3);
    await expect(cellsOf(shown).nth(1)).toHaveClass(/jp-mod-active/);
  });

  test(`opens a notebook at the cell that a link names, in ${app}`, async ({ page, startLab }) => {
    const lab = await startLab({ app });
    const lines = Array.from({ length: 60 }, (_, index) => `x${index} = 1\n`.repeat(5));
    lab.writeNotebook('long name.ipynb', lines);
    await openLab(page, pageOf(lab, app, 'long name.ipynb'));
    const id = await idOfCell(page, lab, 'long name.ipynb', 50);
    await openLab(page, linkTo(lab, app, 'long name.ipynb', id));
    const active = page.locator('.jp-Notebook .jp-Cell.jp-mod-active');
    await expect(active).toContainText('x50 = 1');
    await expect(active).toBeInViewport();
    expect(page.url()).not.toContain('llm-meter-cell');
  });

  test(`says that the cell of a link is gone, in ${app}`, async ({ page, startLab }) => {
    const lab = await startLab({ app });
    lab.writeNotebook('short.ipynb', ['1']);
    await openLab(page, linkTo(lab, app, 'short.ipynb', 'gone'));
    const said = 'The cell that made this call is no longer in short.ipynb.';
    await expect(page.locator('.Toastify__toast', { hasText: said })).toBeVisible();
  });
}
