import { ALERTS, STATES, TWO_DAYS } from '../fake-states';
import { expect, test } from '../fixtures';
import { APPS, UI_LANGUAGES, type UiLanguage } from '../looks';
import { closeDialog, gauge } from '../screen';

/** What the page says in each language. */
const SAID: Readonly<Record<UiLanguage, Readonly<Record<string, RegExp | string>>>> = {
  en: {
    dollars: /\$7\.31 \(CN¥51\.87\)/,
    rate: '1 USD = CN¥7.10',
    unpriced: /4 calls .*known price/,
    utc: 'Today (UTC)',
    newYork: 'Today (New York, from 6:00)',
    programs: 'Programs that are not metered',
    terminal: 'started in a terminal or by the server',
    check: /Restart|tap install/
  },
  'zh-CN': {
    dollars: /\$7\.31（.51\.87）/,
    rate: '1 美元 =',
    unpriced: /4 次.*价格/,
    utc: '今天（UTC）',
    newYork: /今天（New York.*6:00/,
    programs: '未计量的程序',
    terminal: '在终端中或由服务器启动',
    check: /tap install/
  }
};

for (const app of APPS) {
  test(`says in ${app}, in each language, what a limit cannot count, which limit is which, and what is not metered`, async ({
    openStage
  }) => {
    const stage = await openStage(app);
    const { page, service } = stage;
    const popover = page.locator('.jp-LLMMeter-Popover');
    for (const language of UI_LANGUAGES) {
      const said = SAID[language];
      await stage.speak(language);
      await test.step(`a limit in dollars beside another currency, ${language}`, async () => {
        service.show(STATES.unpriced);
        await gauge(page).click();
        for (const name of ['dollars', 'rate', 'unpriced']) {
          await expect(popover).toContainText(said[name]);
        }
        await page.keyboard.press('Escape');
      });
      await test.step(`two limits of a day, ${language}`, async () => {
        service.show(TWO_DAYS);
        await gauge(page).click();
        for (const name of ['utc', 'newYork']) {
          await expect(
            popover.locator('.jp-LLMMeter-Limit-title').filter({ hasText: said[name] })
          ).toHaveCount(1);
        }
        await page.keyboard.press('Escape');
      });
      await test.step(`kernels, programs and findings, ${language}`, async () => {
        service.show(STATES.unmetered);
        await gauge(page).click();
        await expect(popover).toContainText(said.programs);
        await expect(popover).toContainText(said.terminal);
        await page.keyboard.press('Escape');
        await stage.begin('llm-meter:show-diagnostics');
        await expect(page.locator('.jp-LLMMeter-Diagnostics')).toContainText(said.check);
        await closeDialog(page);
      });
    }
    await test.step('a refused call names the notebook and the sum', async () => {
      service.show(ALERTS.refused());
      await expect(page.locator('.jp-LLMMeter-LimitDialog')).toContainText('1,530');
    });
  });
}
