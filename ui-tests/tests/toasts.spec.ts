import type { Page } from '@playwright/test';

import type { Lab } from '../lab';
import { expect, test } from '../fixtures';
import { gauge, limitDialog, openLab, runCell, toasts } from '../screen';

/** A cell that makes one call to a small model. */
const CALL = [
  'from openai import OpenAI',
  'reply = OpenAI(max_retries=0).chat.completions.create(model="gpt-5-nano", max_completion_tokens=16,',
  '    messages=[{"role": "user", "content": "Question"}])'
].join('\n');

const APPS = ['jupyterlab', 'notebook'] as const;

type App = (typeof APPS)[number];

/** Opens a notebook of the lab. */
function openNotebook(page: Page, lab: Lab, app: App, path: string): Promise<void> {
  return openLab(page, lab.url(`${app === 'jupyterlab' ? 'lab/tree' : 'notebooks'}/${path}`));
}

for (const app of APPS) {
  test(`shows one toast a limit, that leads to the cell, and none once it is reached, in ${app}`, async ({
    page,
    startLab,
    standin
  }) => {
    const limit = { scope: 'model', value: 'gpt-5-nano', window: 'day', unit: 'calls', amount: 4 };
    const settings = { limits: [{ ...limit, warn_at: [0.25, 0.5, 0.75] }] };
    const lab = await startLab({ app, environment: standin, settings });
    lab.writeNotebook('spend.ipynb', ['1', CALL, '2', CALL, CALL, CALL, '3']);
    await openNotebook(page, lab, app, 'spend.ipynb');
    const cells = page.locator('.jp-Notebook .jp-CodeCell');
    await runCell(page, 1);
    await expect(toasts(page)).toHaveText([/^Model gpt-5-nano today: 25% of 4 calls used\./]);
    await runCell(page, 3);
    await expect(toasts(page)).toHaveText([/^Model gpt-5-nano today: 50% of 4 calls used\./]);
    // The cell after the one that called is active now.
    await expect(cells.nth(3)).not.toHaveClass(/jp-mod-active/);
    await toasts(page).getByRole('button', { name: 'Go to cell' }).click();
    await expect(cells.nth(3)).toHaveClass(/jp-mod-active/);
    await runCell(page, 4);
    await expect(toasts(page)).toHaveText([/^Model gpt-5-nano today: 75% of 4 calls used\./]);
    await runCell(page, 5);
    const dialog = limitDialog(page);
    await expect(dialog).toContainText('Model gpt-5-nano today: 100% of 4 calls used.');
    await expect(toasts(page)).toHaveCount(0);
    await dialog.getByRole('button', { name: 'spend.ipynb' }).click();
    await expect(dialog).toHaveCount(0);
    await expect(cells.nth(5)).toHaveClass(/jp-mod-active/);
    await expect(gauge(page)).toHaveAttribute('data-level', 'exceeded');
  });

  test(`tells limits of one window apart, and keeps those of other work out, in ${app}`, async ({
    page,
    startLab,
    standin
  }) => {
    const ofNotebook = { scope: 'notebook', window: 'day', unit: 'calls', amount: 1, warn_at: [] };
    const utc = { window: 'day', unit: 'calls', amount: 5, time_zone: 'UTC' };
    const newYork = { window: 'day', unit: 'USD', amount: 5, time_zone: 'America/New_York' };
    const settings = { limits: [ofNotebook, utc, { ...newYork, reset_hour: 6 }] };
    const lab = await startLab({ app, environment: standin, settings });
    lab.writeNotebook('spent.ipynb', [CALL]);
    lab.writeNotebook('fresh.ipynb', ['print("typed")']);
    await openNotebook(page, lab, app, 'spent.ipynb');
    await runCell(page, 0);
    await expect(gauge(page)).toHaveAttribute('data-level', 'exceeded');
    const dialog = limitDialog(page);
    await dialog.getByRole('button', { name: 'Continue' }).click();
    await expect(dialog).toHaveCount(0);

    await openNotebook(page, lab, app, 'fresh.ipynb');
    await page.locator('.jp-Notebook .jp-CodeCell').first().click();
    await expect(gauge(page)).toHaveAttribute('data-level', 'ok');
    await gauge(page).click();
    await expect(page.locator('.jp-LLMMeter-Limit-title')).toHaveText([
      'Today (UTC)',
      'Today (New York, from 6:00)'
    ]);
    const popover = page.locator('.jp-LLMMeter-Popover');
    await popover.getByRole('button', { name: 'Show 1 limit of other work' }).click();
    await expect(popover).toContainText('Notebook spent.ipynb today');
  });
}
