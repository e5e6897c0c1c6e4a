import { expect, test } from '../fixtures';
import { chatCell } from '../providers';
import { expectTokens, gauge, openLab, picture, runCell } from '../screen';

const LIMIT = 1_000_000;

test('keeps the dashboard in the layout, and takes a new limit from the Settings Editor', async ({
  page,
  startLab
}) => {
  const lab = await startLab({});
  await openLab(page, lab.url('lab'));
  await test.step('the dashboard comes back as it was set', async () => {
    await gauge(page).click();
    const popover = page.locator('.jp-LLMMeter-Popover');
    await popover.getByRole('button', { name: 'Dashboard', exact: true }).click();
    const board = page.locator('.jp-LLMMeter-Dashboard');
    await expect(board).toContainText('No calls in this period.');
    const week = board.getByRole('button', { name: '7 days' });
    // The layout that opening the dashboard made may be on its way still.
    const saved = page.waitForResponse(
      response =>
        response.url().includes('/api/workspaces/') &&
        response.request().postData()?.includes('days7') === true
    );
    await week.click();
    await saved;
    await page.reload();
    await expect(week).toHaveAttribute('aria-pressed', 'true', { timeout: 60_000 });
  });

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
