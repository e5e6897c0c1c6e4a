import { expect, test } from '../fixtures';
import { UI_LANGUAGES, type Theme } from '../looks';
import { closeDialog, gauge, picture } from '../screen';
import { ALERTS, STATES } from '../fake-states';

const GAUGE = '.jp-LLMMeter-Gauge';
const POPOVER = '.jp-LLMMeter-Popover';
const DIALOG = '.jp-LLMMeter-LimitDialog .jp-Dialog-content';
const TOAST = '.Toastify__toast';
const FORM = '.jp-LLMMeter-LimitCard';
const DASHBOARD = '.jp-LLMMeter-Dashboard';
const CELL = '.jp-Notebook .jp-CodeCell:has(.jp-LLMMeter-Badge)';
const SHOWN: readonly Theme[] = ['light', 'dark'];
const SOURCE = [
  'from anthropic import Anthropic',
  '',
  'client = Anthropic()',
  'captions = [caption(client, scene) for scene in scenes]'
].join('\n');

for (const language of UI_LANGUAGES) {
  for (const theme of SHOWN) {
    test(`pictures of every state, ${theme}, ${language}`, async ({ openStage }) => {
      const stage = await openStage('jupyterlab');
      const { page, service } = stage;
      const shoot = (name: string, part: string): Promise<void> =>
        picture(page.locator(part).first(), `gallery/${name}-${theme}-${language}`);
      stage.lab.writeNotebook('captions.ipynb', [SOURCE]);
      await stage.speak(language);
      await stage.wear(theme);
      // It says its name in the status bar, which moves the gauge.
      await expect(page.locator('.jp-Launcher-body')).toBeVisible();
      for (const [name, state] of Object.entries(STATES)) {
        service.show(state);
        await page.waitForTimeout(500);
        await shoot(`gauge-${name}`, GAUGE);
      }
      for (const name of ['unmetered', 'warning', 'blocked', 'unpriced'] as const) {
        service.show(STATES[name]);
        await gauge(page).click();
        await expect(page.locator('.jp-LLMMeter-Calls')).toBeVisible();
        await shoot(`popover-${name}`, POPOVER);
        await page.keyboard.press('Escape');
      }
      service.show(ALERTS.reached());
      await shoot('reached', DIALOG);
      await closeDialog(page);
      service.show(ALERTS.refused());
      await shoot('refused', DIALOG);
      await page.locator('.jp-LLMMeter-RaiseButton').click();
      await expect(page.locator('.jp-LLMMeter-RaiseForm')).toBeVisible();
      await shoot('raise', DIALOG);
      await page.keyboard.press('Escape');
      await closeDialog(page);

      service.show(STATES.warning);
      await stage.execute('llm-meter:open-settings');
      await shoot('settings', FORM);
      await stage.begin('llm-meter:show-diagnostics');
      await expect(page.locator('.jp-LLMMeter-Diagnostics tbody tr').first()).toBeVisible();
      await shoot('diagnostics', '.jp-Dialog-content');
      await closeDialog(page);
      await stage.execute('llm-meter:open-dashboard');
      await expect(page.locator(`${DASHBOARD} tbody tr`).first()).toBeVisible();
      await shoot('dashboard', DASHBOARD);
      await stage.execute('docmanager:open', { path: 'captions.ipynb' });
      await shoot('badge', CELL);

      service.presence = 'away';
      await stage.execute('llm-meter:refresh-usage');
      await shoot('gauge-away', GAUGE);
      service.presence = 'absent';
      await stage.execute('llm-meter:refresh-usage');
      await expect(gauge(page)).toHaveAttribute('data-level', 'ok');
      await shoot('gauge-local', GAUGE);
      service.presence = 'here';
      await stage.execute('llm-meter:refresh-usage');
      // Last, so that no toast covers anything; the newest stands first.
      for (const name of ['toast', 'runaway'] as const) {
        service.show(ALERTS[name]());
        await expect(page.locator(TOAST)).toHaveCount(name === 'toast' ? 1 : 2);
        // A toast slides in.
        await page.waitForTimeout(1_000);
        await shoot(name, TOAST);
      }
    });
  }
}
