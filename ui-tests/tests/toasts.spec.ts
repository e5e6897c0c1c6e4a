import type { Page } from '@playwright/test';

import { expect, test } from '../fixtures';
import { gauge, limitDialog, openLab, runCell, toasts } from '../screen';

/** A cell that makes one call to a small model. */
const CALL = [
  'from openai import OpenAI',
  'reply = OpenAI(max_retries=0).chat.completions.create(model="gpt-5-nano", max_completion_tokens=16,',
  '    messages=[{"role": "user", "content": "Question"}])'
].join('\n');

const MODEL_LIMIT = {
  scope: 'model',
  value: 'gpt-5-nano',
  window: 'day',
  unit: 'calls',
  amount: 4,
  warn_at: [0.25, 0.5]
};

/** Runs the cells that cross two thresholds, then the one that reaches the limit. */
async function crossAll(page: Page): Promise<void> {
  await runCell(page, 0);
  await expect(toasts(page)).toHaveText(/Model gpt-5-nano today: 25% of 4 calls used\./);
  await runCell(page, 1);
  await expect(toasts(page)).toHaveText(/Model gpt-5-nano today: 50% of 4 calls used\./);
  await expect(toasts(page)).toHaveCount(1);
  await runCell(page, 2);
  await runCell(page, 3);
  const dialog = limitDialog(page);
  await expect(dialog).toContainText('Model gpt-5-nano today: 100% of 4 calls used.');
  await expect(toasts(page)).toHaveCount(0);
  await dialog.getByRole('button', { name: 'Continue' }).click();
  await expect(gauge(page)).toHaveAttribute('data-level', 'exceeded');
}

for (const app of ['jupyterlab', 'notebook'] as const) {
  test(`shows one toast a limit and none once it is reached, in ${app}`, async ({
    page,
    startLab,
    standin
  }) => {
    const lab = await startLab({ app, environment: standin, settings: { limits: [MODEL_LIMIT] } });
    lab.writeNotebook('small.ipynb', [CALL, CALL, CALL, CALL]);
    await openLab(
      page,
      lab.url(app === 'jupyterlab' ? 'lab/tree/small.ipynb' : 'notebooks/small.ipynb')
    );
    await crossAll(page);
  });
}
