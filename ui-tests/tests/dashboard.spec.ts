import type { Locator, Page } from '@playwright/test';
import { readFileSync } from 'node:fs';

import { expectNothingCut, expectNoViolations } from '../access';
import { expect, test } from '../fixtures';
import { gauge, openLab, picture, runCell } from '../screen';

/** A name that would be markup, were it not shown as text. */
const HOSTILE = '<b>bold</b>';
const FEW = 3;
const MANY = 26;
const PAGE = 25;

function cellOf(calls: number, model: string): string {
  return [
    'from openai import OpenAI',
    `for number in range(${calls}):`,
    `    OpenAI().chat.completions.create(model="${model}",`,
    '        messages=[{"role": "user", "content": f"Question {number}"}])'
  ].join('\n');
}

async function openDashboard(page: Page): Promise<Locator> {
  await gauge(page).click();
  await page
    .locator('.jp-LLMMeter-Popover')
    .getByRole('button', { name: 'Dashboard', exact: true })
    .click();
  return page.locator('.jp-LLMMeter-Dashboard');
}

/** Chooses a format of the export; returns the file that the browser was given. */
async function exported(page: Page, board: Locator, format: string): Promise<Buffer> {
  const download = page.waitForEvent('download');
  await board.getByRole('combobox', { name: 'Export calls' }).selectOption(format);
  return readFileSync(await (await download).path());
}

test('leads from the trend to the table, to the cell and to a file', async ({
  page,
  startLab,
  standin
}) => {
  const lab = await startLab({ environment: standin });
  lab.writeNotebook('calls.ipynb', [cellOf(FEW, HOSTILE), cellOf(MANY, 'gpt-5-mini')]);
  await openLab(page, lab.url('lab/tree/calls.ipynb'));
  await runCell(page, 0);
  await runCell(page, 1);

  const board = await openDashboard(page);
  const calls = board.getByRole('button', { name: /^Calls/ });
  const table = board.locator('section', { hasText: 'All calls' });
  const rows = table.locator('tbody tr');
  await expect(calls).toContainText(String(FEW + MANY));
  await expect(board.getByRole('img', { name: /over time/ }).first()).toBeVisible();
  await expectNoViolations(page, '.jp-LLMMeter-Dashboard');
  await expectNothingCut(page, '.jp-LLMMeter-Dashboard');
  await picture(page, 'dashboard');

  await expect(rows).toHaveCount(PAGE);
  await table.getByRole('button', { name: 'Next page' }).click();
  await expect(rows).toHaveCount(FEW + MANY - PAGE);
  await table.getByRole('button', { name: 'Time' }).click();
  await expect(table.locator('th[aria-sort="ascending"]')).toHaveText('Time');
  await expect(rows).toHaveCount(PAGE);
  await expect(rows.first()).toContainText(HOSTILE);

  await board.locator('.jp-LLMMeter-Legend').getByRole('button', { name: HOSTILE }).click();
  await expect(calls).toContainText(String(FEW));
  await expect(rows).toHaveCount(FEW);
  await board.getByRole('button', { name: 'Clear filters' }).click();
  await expect(rows).toHaveCount(PAGE);
  await table.getByRole('searchbox').fill('BOLD');
  await expect(rows).toHaveCount(FEW);

  const linesOf = (file: Buffer): string[] => file.toString('utf-8').trim().split('\n');
  expect(linesOf(await exported(page, board, 'csv'))).toHaveLength(1 + FEW);
  expect(linesOf(await exported(page, board, 'jsonl'))).toHaveLength(FEW);
  expect(JSON.parse((await exported(page, board, 'json')).toString('utf-8'))).toHaveLength(FEW);
  // The four bytes that every Parquet file begins and ends with.
  const parquet = (await exported(page, board, 'parquet')).toString('latin1');
  expect([parquet.slice(0, 4), parquet.slice(-4)]).toEqual(['PAR1', 'PAR1']);

  await rows.first().getByRole('button', { name: 'calls.ipynb' }).click();
  await expect(page.locator('.jp-Notebook .jp-CodeCell').first()).toHaveClass(/jp-mod-active/);
});

test('says in Notebook 7 that there is no ledger without the server extension', async ({
  page,
  startLab
}) => {
  const lab = await startLab({ app: 'notebook', hasServerExtension: false });
  lab.writeNotebook('seven.ipynb', ['1']);
  await openLab(page, lab.url('notebooks/seven.ipynb'));
  await expect(await openDashboard(page)).toContainText('Dashboard not available');
});
