import type { Page } from '@playwright/test';

import { expectNothingCut, expectNoViolations, tabStops, tabTo } from '../access';
import { expect, test } from '../fixtures';
import { UI_LANGUAGES, type Stage, type Theme, THEMES } from '../looks';
import { closeDialog, gauge } from '../screen';
import { ALERTS, STATES } from '../fake-states';

const GAUGE = '.jp-LLMMeter-Gauge';
const POPOVER = '.jp-LLMMeter-Popover';
const DIALOG = '.jp-LLMMeter-LimitDialog .jp-Dialog-content';
const RAISES = '.jp-LLMMeter-Raises';
const TOAST = '.Toastify__toast';
/** The fields around it are JupyterLab's own, without labels for assistive technology in 4.6. */
const FORM = '.jp-LLMMeter-LimitsField';
/** The themes of everything but the gauge and the popover, which alone have colours of their own. */
const PLAIN: readonly Theme[] = ['light', 'dark'];

/** Looks at a part of the page. */
async function expectReadable(page: Page, selector: string): Promise<void> {
  await expectNoViolations(page, selector);
  await expectNothingCut(page, selector);
}

/** Looks at a part of the page that stays open while the theme changes. */
async function expectReadableIn(
  page: Page,
  stage: Stage,
  themes: readonly Theme[],
  selector: string
): Promise<void> {
  for (const theme of themes) {
    await stage.wear(theme);
    await expectReadable(page, selector);
  }
}

/** Looks at the gauge in each state, and at the popover in those with the most to say. */
async function expectFiguresReadable(page: Page, { service }: Stage): Promise<void> {
  for (const [name, state] of Object.entries(STATES)) {
    service.show(state);
    const level = ['warning', 'exceeded', 'blocked'].includes(name) ? name : 'ok';
    await expect(gauge(page)).toHaveAttribute('data-level', level);
    await expectReadable(page, GAUGE);
  }
  for (const state of [STATES.unmetered, STATES.blocked]) {
    service.show(state);
    await gauge(page).click();
    await expect(page.locator(`${POPOVER} .jp-LLMMeter-Calls`)).toBeVisible();
    await expectReadable(page, POPOVER);
    await page.keyboard.press('Escape');
  }
}

/** Looks at the toast and the dialogs, which are the same in both programs but for the place of the toast. */
async function expectAlertsReadable(
  page: Page,
  stage: Stage,
  themes: readonly Theme[]
): Promise<void> {
  const { service } = stage;
  service.show(ALERTS.refused());
  await expectReadableIn(page, stage, themes, DIALOG);
  await closeDialog(page);
  service.show(ALERTS.toast());
  await expect(page.locator(TOAST).getByRole('alert')).toBeVisible();
  // The box and its place are JupyterLab's.
  await expectNoViolations(page, TOAST);
}

test('is read whole by everyone in JupyterLab, in every theme and language', async ({
  openStage
}) => {
  const stage = await openStage('jupyterlab');
  const { page, service } = stage;
  for (const language of UI_LANGUAGES) {
    service.presence = 'here';
    service.show(STATES.ok);
    await stage.speak(language);
    // Contrast does not depend on the language.
    for (const theme of language === 'en' ? (Object.keys(THEMES) as Theme[]) : PLAIN) {
      await stage.wear(theme);
      await expectFiguresReadable(page, stage);
    }
    await expectAlertsReadable(page, stage, PLAIN);
    service.show(ALERTS.runaway());
    await expect(page.locator(TOAST)).toHaveCount(2);
    await expectNoViolations(page, TOAST);
    service.show(ALERTS.refused());
    await page.locator('.jp-LLMMeter-RaiseButton').click();
    await page.locator('.jp-LLMMeter-RaiseForm [type=submit]').click();
    await expect(page.locator('.jp-LLMMeter-Field-flaw').nth(1)).not.toBeEmpty();
    await expectReadableIn(page, stage, PLAIN, DIALOG);
    await page.keyboard.press('Escape');
    await closeDialog(page);
    await stage.begin('llm-meter:show-raises');
    await expect(page.locator(`${RAISES} tbody tr`)).toHaveCount(1);
    await expectReadableIn(page, stage, PLAIN, RAISES);
    await closeDialog(page);
    await stage.execute('llm-meter:open-settings');
    await page.locator(`${FORM} details summary`).first().click();
    await expectReadableIn(page, stage, PLAIN, FORM);
    service.presence = 'away';
    await stage.execute('llm-meter:refresh-usage');
    await expectReadable(page, GAUGE);
    service.presence = 'absent';
    await stage.execute('llm-meter:refresh-usage');
    await expectReadable(page, GAUGE);
  }
});

test('is read whole by everyone in Notebook 7', async ({ openStage }) => {
  const stage = await openStage('notebook');
  const { page } = stage;
  await stage.speak('zh-CN');
  await expectFiguresReadable(page, stage);
  await expectAlertsReadable(page, stage, ['dark']);
});

test('works with the keyboard only', async ({ openStage }) => {
  const stage = await openStage('jupyterlab');
  const { page } = stage;
  await stage.speak('en');
  // The launcher takes the focus once it is there, wherever that was.
  await expect(page.locator('.jp-Launcher')).toBeFocused();
  await page.locator('body').focus();
  await tabTo(page, GAUGE, 40, 'Shift+Tab');
  stage.service.show(STATES.blocked);
  await expect(gauge(page)).toHaveAttribute('data-level', 'blocked');
  await page.keyboard.press('Enter');
  const popover = page.locator(POPOVER);
  await expect(popover).toBeFocused();
  for (const part of ['Raise history', 'Raise…', 'Models this month', 'Recent calls']) {
    await expect(popover.getByText(part, { exact: true }).first()).toBeVisible();
  }
  const stops = await tabStops(page, POPOVER);
  expect(stops.slice(0, 7)).toEqual([
    'Dashboard',
    'Settings',
    'Diagnostics',
    'Raise history',
    'Raise…',
    'Show 1 limit of other work',
    'Models this month'
  ]);
  // What the gauge shows, and of which limit.
  expect(stops).toHaveLength(9);
  // Esc closes it from outside too. Past its last stop is the page's first or the browser's own, as it comes.
  await page.locator('.jp-Launcher').focus();
  await page.keyboard.press('Escape');
  await expect(popover).toHaveCount(0);
  await gauge(page).focus();
  await page.keyboard.press('Enter');
  await page.keyboard.press('Tab');
  await page.keyboard.press('Escape');
  await expect(gauge(page)).toBeFocused();
});
