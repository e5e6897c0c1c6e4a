import type { Page } from '@playwright/test';

import { expect, test } from '../fixtures';
import { chatCell } from '../providers';
import { expectTokens, gauge, openLab, printedTokens, runCell } from '../screen';

const LIMIT = 1_000_000;
const NOTEBOOK = `<i>שלום 🚀 ${'x'.repeat(40)}.ipynb`;
const MODEL = `<b>‮נבחר</b>🚀${'m'.repeat(500)}`;

/** Answers `GET calls` with a model that nobody would name so. */
async function renameModels(page: Page): Promise<void> {
  await page.route('**/llm-meter/api/v1/calls?*', async route => {
    const answer = (await (await route.fetch()).json()) as { calls: Record<string, unknown>[] };
    for (const call of answer.calls) {
      call['gen_ai.request.model'] = MODEL;
      delete call['gen_ai.response.model'];
    }
    await route.fulfill({ json: answer });
  });
}

test('keeps hostile names in their place below the path of a hub, also where no websocket comes through', async ({
  page,
  startLab,
  standin
}) => {
  const lab = await startLab({ environment: standin, baseUrl: '/user/name/' });
  lab.writeNotebook(NOTEBOOK, [chatCell(2)]);
  await renameModels(page);
  await openLab(page, lab.url(`lab/tree/${encodeURIComponent(NOTEBOOK)}`));
  await runCell(page, 0);
  const tokens = await printedTokens(page, 0);
  await expectTokens(page, tokens, LIMIT);

  await gauge(page).click();
  const popover = page.locator('.jp-LLMMeter-Popover');
  await expect(popover.locator('.jp-LLMMeter-Totals-notebook')).toContainText('This session');
  await expect(popover.locator('.jp-LLMMeter-Totals-notebook')).toContainText('<i>שלום 🚀');
  await expect(popover.locator('.jp-LLMMeter-Calls bdi').first()).toHaveAttribute('title', MODEL);
  await expect(popover.locator('i, b')).toHaveCount(0);
  const overflow = await popover.evaluate(node => node.scrollWidth - node.clientWidth);
  expect(overflow).toBeLessThanOrEqual(0);
  await popover.getByText('Models this month').click();
  await expect(popover.locator('.jp-LLMMeter-Models')).toContainText('gpt-5-mini');
  await popover.getByLabel('Gauge shows').selectOption('percent');
  await expect(gauge(page)).toHaveText('<1%');
  await popover.getByRole('button', { name: 'Diagnostics' }).click();
  const diagnostics = page.locator('.jp-Dialog', { hasText: 'LLM Meter diagnostics' });
  await expect(diagnostics).toContainText('All running kernels are metered.');
  // The server starts the Python of each kernelspec, which takes seconds.
  await expect(diagnostics.locator('tr', { hasText: 'Ledger' })).toContainText('Reachable', {
    timeout: 120_000
  });
  await diagnostics.getByRole('button', { name: 'Close' }).click();

  await page.locator('.jp-Notebook .jp-CodeCell').first().click({ button: 'right' });
  await page.getByRole('menuitem', { name: 'Count LLM Tokens' }).click();
  await expect(page.locator('.Toastify__toast')).toContainText(
    /\d+ tokens in total \(o200k_base, gpt-5\)/
  );

  await test.step('where a proxy lets no websocket through', async () => {
    await page.routeWebSocket(/./, socket => socket.close());
    await page.reload();
    // The chosen figure is kept; the title has both.
    await expectTokens(page, tokens, LIMIT);
    await gauge(page).click();
    await expect(popover.locator('.jp-LLMMeter-Calls tbody tr')).toHaveCount(2);
  });
});

test('keeps working, and says so, where a proxy refuses the websocket of events', async ({
  page,
  startLab,
  standin
}) => {
  const lab = await startLab({ environment: standin });
  lab.writeNotebook('proxied.ipynb', [chatCell(2)]);
  await page.routeWebSocket(/api\/events\/subscribe/, socket => socket.close());
  await openLab(page, lab.url('lab/tree/proxied.ipynb'));
  await runCell(page, 0);
  await expectTokens(page, await printedTokens(page, 0), LIMIT);
  await expect(gauge(page)).toHaveAttribute('title', /Live updates aren't reaching this page/, {
    timeout: 30_000
  });
});
