import { expect, test } from '../fixtures';
import { chatCell } from '../providers';
import { expectTokens, gauge, openLab, picture, printedTokens, runCell } from '../screen';

const LIMIT = 1_000_000;

test('opens a popover with today, this month and the last calls', async ({
  page,
  startLab,
  standin
}) => {
  const lab = await startLab({ environment: standin });
  lab.writeNotebook('calls.ipynb', [chatCell(3)]);
  await openLab(page, lab.url('lab/tree/calls.ipynb'));
  await runCell(page, 0);
  await expectTokens(page, await printedTokens(page, 0), LIMIT);

  await gauge(page).click();
  const popover = page.locator('.jp-LLMMeter-Popover');
  await expect(popover).toContainText('Today');
  await expect(popover).toContainText('This month');
  await expect(popover.locator('.jp-LLMMeter-Calls tbody tr')).toHaveCount(3);
  await expect(popover.locator('.jp-LLMMeter-Calls tbody tr').first()).toContainText('gpt-5-mini');
  await expect(popover.locator('.jp-LLMMeter-Calls tbody tr').first()).toContainText('$');
  await picture(page, 'popover');
  await page.keyboard.press('Escape');
  await expect(popover).toHaveCount(0);
  await expect(gauge(page)).toBeFocused();
});

test('takes a new limit from the Settings Editor', async ({ page, startLab }) => {
  const lab = await startLab({});
  await openLab(page, lab.url('lab'));
  await expectTokens(page, 0, LIMIT);
  await gauge(page).click();
  await page.locator('.jp-LLMMeter-Popover').getByRole('button', { name: 'Settings' }).click();

  const editor = page.locator('.jp-SettingsForm', { hasText: 'LLM Meter' }).first();
  const amount = editor.locator('input[id$="_amount"]').first();
  await amount.fill('2500000');
  await amount.blur();
  await expectTokens(page, 0, 2_500_000);
  await picture(page, 'settings');
});

test('shows the gauge in Notebook 7', async ({ page, startLab, standin }) => {
  const lab = await startLab({ app: 'notebook', environment: standin });
  lab.writeNotebook('seven.ipynb', [chatCell(2)]);
  await openLab(page, lab.url('notebooks/seven.ipynb'));
  await runCell(page, 0);
  await expectTokens(page, await printedTokens(page, 0), LIMIT);
  await picture(page, 'notebook-7');
});

test('shows Chinese when the setting says so', async ({ page, startLab, standin }) => {
  const lab = await startLab({
    environment: standin,
    settings: { language: 'zh-CN' }
  });
  lab.writeNotebook('zh.ipynb', [chatCell(2)]);
  await openLab(page, lab.url('lab/tree/zh.ipynb'));
  await runCell(page, 0);
  await expect(gauge(page)).toHaveAttribute('title', /本月/);
  await gauge(page).click();
  await expect(page.locator('.jp-LLMMeter-Popover')).toContainText('今天');
  await picture(page, 'gauge-zh-CN');
});
