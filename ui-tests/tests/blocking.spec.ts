import type { Locator, Page } from '@playwright/test';

import { expect, test } from '../fixtures';
import { APPS } from '../looks';
import { gauge, openLab, picture, runCell, runCellThatFails } from '../screen';

/** A cell that makes one call and says when it came through. */
const CALL = [
  'from openai import OpenAI',
  'reply = OpenAI(max_retries=0).chat.completions.create(model="gpt-5-mini", max_completion_tokens=16,',
  '    messages=[{"role": "user", "content": "Question"}])',
  'print("came through")'
].join('\n');

/** Two calls a day, the next is refused. */
const SETTINGS = {
  limits: [{ window: 'day', unit: 'calls', amount: 2, on_exceed: 'block' }]
};

/** The dialog after a refused call. */
function refusal(page: Page): Locator {
  return page.locator('.jp-Dialog', { hasText: 'LLM call refused' });
}

for (const app of APPS) {
  test(`refuses a call in its cell, says why, and lets the next through once the limit is raised, in ${app}`, async ({
    page,
    startLab,
    standin
  }) => {
    // The pictures of the documentation are of JupyterLab.
    const shoot = app === 'jupyterlab' ? picture : async (): Promise<void> => {};
    const lab = await startLab({ app, environment: standin, settings: SETTINGS });
    lab.writeNotebook('block.ipynb', [`%xmode Minimal\n${CALL}`, CALL, CALL, CALL]);
    await openLab(
      page,
      lab.url(app === 'notebook' ? 'notebooks/block.ipynb' : 'lab/tree/block.ipynb')
    );
    await runCell(page, 0);
    await runCell(page, 1);
    await expect(gauge(page)).toHaveAttribute('data-level', 'blocked');

    const told = page.locator('.jp-Dialog', { hasText: 'LLM limit reached' });
    await told.getByRole('button', { name: 'Continue' }).click();
    await runCellThatFails(page, 2);
    const outputs = page.locator('.jp-Notebook .jp-CodeCell').nth(2).locator('.jp-OutputArea');
    await expect(outputs).toContainText('LimitExceeded');

    const dialog = refusal(page);
    await expect(dialog).toContainText('This call, at most');
    await expect(dialog).toContainText('3 > 2 calls');
    await expect(dialog).toContainText('block.ipynb');
    await shoot(page, 'refused');
    await dialog.getByRole('button', { name: 'Raise…' }).click();
    await dialog.getByRole('button', { name: 'Raise the limit' }).click();
    await expect(dialog.getByRole('alert').filter({ hasText: 'Enter a reason' })).toBeVisible();
    await dialog.getByLabel('Calls to add').fill('3');
    await dialog.getByLabel('Reason').fill('The evaluation has to finish.');
    await shoot(page, 'raise');
    await dialog.getByRole('button', { name: 'Raise the limit' }).click();
    await expect(dialog).toHaveCount(0);
    await expect(page.locator('.Toastify__toast', { hasText: 'raised by 3 calls' })).toBeVisible();
    await shoot(page.locator('.jp-Notebook .jp-CodeCell').nth(2), 'refused-cell');
    await expect(gauge(page)).toHaveAttribute('title', /2 of 5 calls/);

    await runCell(page, 3);
    const next = page.locator('.jp-Notebook .jp-CodeCell').nth(3).locator('.jp-OutputArea');
    await expect(next).toContainText('came through');
    await expect(gauge(page)).toHaveAttribute('title', /3 of 5 calls/);
    await gauge(page).click();
    const popover = page.locator('.jp-LLMMeter-Popover');
    await expect(popover).toContainText('Raised by 3 calls');
    await popover.getByRole('button', { name: 'Raise history' }).click();
    const raises = page.locator('.jp-LLMMeter-Raises');
    await expect(raises).toContainText('The evaluation has to finish.');
    await expect(raises).toContainText('3 calls');
  });
}
