import type { Locator, Page } from '@playwright/test';

import { expectNothingCut, expectNoViolations } from '../access';
import { expect, test } from '../fixtures';
import type { Lab, Notebook } from '../lab';
import { chatCell } from '../providers';
import { openLab, picture, runCell } from '../screen';

/** A cell that ends at once and leaves a thread behind that makes calls. */
const THREAD_CELL = [
  'import threading, time',
  'def later():',
  '    time.sleep(1)',
  ...chatCell(2)
    .split('\n')
    .map(line => `    ${line}`),
  'threading.Thread(target=later).start()'
].join('\n');

function badge(page: Page, index: number): Locator {
  return page.locator('.jp-Notebook .jp-CodeCell').nth(index).locator('.jp-LLMMeter-Badge');
}

/** Saves the notebook by the key, and reads the file. */
async function save(page: Page, lab: Lab, name: string): Promise<Notebook> {
  const saved = page.waitForResponse(
    response => response.url().includes('/api/contents/') && response.request().method() === 'PUT'
  );
  await page.locator('.jp-Notebook').press('Escape');
  await page.keyboard.press('Control+s');
  await saved;
  return lab.readNotebook(name);
}

test('shows at the cell what its run used, also in a thread and after a reload', async ({
  page,
  startLab,
  standin
}) => {
  const lab = await startLab({ environment: standin });
  lab.writeNotebook('badges.ipynb', [THREAD_CELL, chatCell(1), 'print("no call")']);
  await openLab(page, lab.url('lab/tree/badges.ipynb'));
  await runCell(page, 0);
  await runCell(page, 1);
  await expect(badge(page, 0)).toContainText(/^gpt-5-mini · 2 calls · .* in · .* out · \$0\.\d+$/);
  await expect(badge(page, 1)).toContainText(/^gpt-5-mini · \d.* in · .* out · \$0\.\d+$/);
  await runCell(page, 2);
  await expect(badge(page, 2)).toHaveCount(0);
  await expect(badge(page, 0)).toHaveAttribute('role', 'note');
  await expectNoViolations(page, '.jp-LLMMeter-Badge');
  await expectNothingCut(page, '.jp-LLMMeter-Badge');
  await picture(page, 'badges');
  const text = await badge(page, 0).innerText();

  const { cells, metadata } = await save(page, lab, 'badges.ipynb');
  expect(JSON.stringify([cells.map(cell => cell.metadata), metadata])).not.toContain('llm_meter');
  await page.reload();
  await expect(badge(page, 0)).toHaveText(text, { timeout: 60_000 });

  // A cell that calls nothing this time shows nothing of the time before.
  await page.locator('.jp-Notebook .jp-CodeCell').nth(1).locator('.cm-content').click();
  await page.keyboard.press('Control+a');
  await page.keyboard.type('1');
  await runCell(page, 1);
  await expect(badge(page, 1)).toHaveCount(0);
  await expect(badge(page, 0)).toHaveText(text);
});

test('is silent when switched off, and saves costs when asked to', async ({
  page,
  startLab,
  standin
}) => {
  const lab = await startLab({
    environment: standin,
    settings: { cellBadges: false, saveCosts: true }
  });
  lab.writeNotebook('saved.ipynb', [chatCell(2)]);
  await openLab(page, lab.url('lab/tree/saved.ipynb'));
  await runCell(page, 0);
  await expect(page.locator('.jp-LLMMeter-NotebookCost')).toHaveText(/^LLM: \$0\.\d+$/);
  await expect(badge(page, 0)).toHaveCount(0);
  const { cells, metadata } = await save(page, lab, 'saved.ipynb');
  const saved = { calls: 2, currency: 'USD', models: ['gpt-5-mini'] };
  expect(cells[0].metadata).toMatchObject({ llm_meter: { ...saved, cell: 'cell-0' } });
  expect(metadata).toMatchObject({ llm_meter: saved });
});
