import type { Page } from '@playwright/test';

import type { Lab } from '../lab';
import { expect, test } from '../fixtures';
import { chatCell } from '../providers';
import { gauge, limitDialog, openLab, rename, runCell } from '../screen';

/** The notebooks that the user's settings limit. */
async function limited(page: Page, lab: Lab): Promise<string[]> {
  const answer = await page.request.get(lab.url('lab/api/settings/jupyter-llm-meter:meter'));
  const { settings } = (await answer.json()) as { settings: { limits: { value: string }[] } };
  return settings.limits.map(({ value }) => value);
}

for (const app of ['jupyterlab', 'notebook'] as const) {
  test(`keeps the limit of a notebook through a rename, in ${app}`, async ({
    page,
    startLab,
    standin
  }) => {
    const limit = { scope: 'notebook', window: 'day', unit: 'calls', amount: 2, warn_at: [] };
    const settings = { limits: [{ ...limit, value: 'old.ipynb' }] };
    const lab = await startLab({ app, environment: standin, isAppExposed: true, settings });
    lab.writeNotebook('old.ipynb', [chatCell(1), chatCell(2)]);
    await openLab(page, lab.url(app === 'notebook' ? 'notebooks/old.ipynb' : 'lab/tree/old.ipynb'));
    await runCell(page, 0);
    await rename(page, 'old.ipynb', 'new.ipynb');
    await expect.poll(async () => limited(page, lab)).toEqual(['new.ipynb']);
    await gauge(page).click();
    await expect(page.locator('.jp-LLMMeter-Limit-title')).toHaveText(['Notebook new.ipynb today']);
    await expect(page.locator('.jp-LLMMeter-Popover')).toContainText('1 of 2 calls');
    await page.keyboard.press('Escape');
    await runCell(page, 1);
    await expect(limitDialog(page)).toContainText('Notebook new.ipynb today: 100% of 2 calls used');
  });
}
