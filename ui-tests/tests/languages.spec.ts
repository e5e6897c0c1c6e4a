import type { Page } from '@playwright/test';

import { expect, test } from '../fixtures';
import { KERNEL_LANGUAGES, type KernelLanguage } from '../languages';
import type { Lab, LabOptions } from '../lab';
import { expectTokens, gauge, openLab, printedTokens, runCell, runCellThatFails } from '../screen';

const LIMIT = 1_000_000;

for (const language of KERNEL_LANGUAGES) {
  const { name, setup, calls, again, others } = language;

  test(`counts the calls of a notebook in ${name} once, in whatever way it prints them`, async ({
    page,
    startLab,
    standin
  }) => {
    const cells = [setup, ...calls, ...again];
    const lab = await openNotebook(page, startLab, standin, language, cells);
    const numbers = calls.map((_, at) => at + 1);
    let total = 0;
    for (const number of numbers) {
      await test.step(`after call ${number}`, async () => {
        await runCell(page, number);
        const tokens = await printedTokens(page, number);
        expect(tokens).toBeGreaterThan(0);
        total += tokens;
        await expectTokens(page, total, LIMIT);
      });
    }
    await test.step('after a look at an answer that was counted, and a call made again', async () => {
      for (const at of again.keys()) {
        await runCell(page, calls.length + 1 + at);
      }
      await runCell(page, 1);
      total += await printedTokens(page, 1);
      await expectTokens(page, total, LIMIT);
    });
    await test.step('after a reload of the page', async () => {
      await openLab(page, lab.url(PATH));
      await expectTokens(page, total, LIMIT);
      await gauge(page).click();
      const rows = page.locator('.jp-LLMMeter-Calls tbody tr');
      await expect(rows.first()).toContainText('work.ipynb');
    });
  });

  test(`counts nothing in a notebook in ${name} that is no call`, async ({
    page,
    startLab,
    standin
  }) => {
    await openNotebook(page, startLab, standin, language, [setup, ...others, calls[0]]);
    await test.step('a refused call, which ends its cell', async () => {
      await runCellThatFails(page, 1);
    });
    for (const at of others.keys()) {
      if (at > 0) {
        await runCell(page, at + 1);
      }
    }
    await runCell(page, others.length + 1);
    await expectTokens(page, await printedTokens(page, others.length + 1), LIMIT);
  });
}

const PATH = 'lab/tree/work.ipynb';

/** Opens a notebook of the language, runs its first cell, and waits until its outputs are read. */
async function openNotebook(
  page: Page,
  startLab: (options: LabOptions) => Promise<Lab>,
  environment: Record<string, string>,
  { name, needs, kernel }: KernelLanguage,
  cells: readonly string[]
): Promise<Lab> {
  const program = kernel();
  test.skip(program === undefined, `no ${name} kernel on this machine: it needs ${needs}`);
  const lab = await startLab({ environment });
  lab.writeKernel('other', {}, program);
  lab.writeNotebook('work.ipynb', cells, 'other');
  await openLab(page, lab.url(PATH));
  await gauge(page).click();
  await expect(page.locator('.jp-LLMMeter-Popover')).toContainText('Not metered', {
    timeout: 60_000
  });
  await page.keyboard.press('Escape');
  await runCell(page, 0);
  await expectTokens(page, 0, LIMIT);
  return lab;
}
