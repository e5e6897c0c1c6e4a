/**
 * The portal on a real JupyterHub, for a user, a lead and an administrator.
 */

import { expect, test, type Browser, type Page } from '@playwright/test';
import { spawn, type ChildProcessWithoutNullStreams } from 'node:child_process';
import { join } from 'node:path';

import { expectNothingCut, expectNoViolations } from '../access';
import { UI_LANGUAGES, type UiLanguage } from '../looks';
import { cleanEnvironment, PYTHON, PYTHON_TESTS } from '../python';
import { picture } from '../screen';

const PROGRAM = join(PYTHON_TESTS, 'jupyter_llm_meter', 'hub', 'portal_hub.py');
/** The exit code of the program where JupyterHub or its proxy is missing. */
const MISSING = 3;
const ROW = '.jp-LLMMeter-Breakdown-row';
const PORTAL = '.jp-LLMMeter-Portal';

/** A role: who logs in, and what only this role sees. */
interface Role {
  readonly name: string;
  readonly user: string;
  readonly title: string;
  readonly whose: readonly string[];
  /** The names in the breakdown by user; absent where all calls are of one. */
  readonly users?: readonly string[];
  readonly limits: readonly RegExp[];
  readonly foreign: readonly string[];
}

const ROLES: readonly Role[] = [
  {
    name: 'user',
    user: 'ann',
    title: 'Your LLM usage',
    whose: [],
    limits: [/This month/, /Team .?physics.? this month/],
    foreign: ['ben', 'dee', 'history', 'gpt-4o this week']
  },
  {
    name: 'lead',
    user: 'ben',
    title: 'LLM usage of team \u2068physics\u2069',
    whose: ['Team \u2068physics\u2069', 'You'],
    users: ['ann', 'ben', 'cem'],
    limits: [/Team .?physics.? this month/],
    foreign: ['dee', 'eva', 'history']
  },
  {
    name: 'administrator',
    user: 'root-admin',
    title: 'LLM usage of all users',
    whose: ['All users', 'You'],
    users: ['ann', 'ben', 'cem', 'dee', 'eva'],
    limits: [/User .?dee.? this month/, /Team .?history.? this month/, /gpt-4o.? this week/],
    foreign: []
  }
];

let hub: ChildProcessWithoutNullStreams | undefined;
let url: string;

test.describe.configure({ mode: 'serial' });

test.beforeAll(async () => {
  const program = spawn(PYTHON, [PROGRAM], { env: cleanEnvironment() });
  let complaint = '';
  program.stderr.on('data', text => (complaint += text));
  const first = await new Promise<string | number | null>(resolve => {
    program.stdout.once('data', line => resolve(String(line)));
    program.once('exit', resolve);
  });
  test.skip(first === MISSING, complaint);
  expect(typeof first, complaint).toBe('string');
  hub = program;
  url = (JSON.parse(String(first)) as { url: string }).url;
});

test.afterAll(async () => {
  if (hub !== undefined) {
    const ended = new Promise(resolve => hub?.once('exit', resolve));
    hub.stdin.end();
    await ended;
  }
});

for (const role of ROLES) {
  test(`the portal for a ${role.name}, light and dark, in both languages`, async ({ browser }) => {
    const page = await logIn(browser, role.user);
    const foreign: string[] = [];
    page.on('request', request => {
      if (new URL(request.url()).origin !== new URL(url).origin) {
        foreign.push(request.url());
      }
    });
    const complaints: string[] = [];
    page.on('console', message => message.type() === 'error' && complaints.push(message.text()));
    await page.reload();
    await expect(page.getByRole('heading', { level: 2 })).toHaveText(role.title);
    await expectRole(page, role);
    for (const language of UI_LANGUAGES) {
      await speak(page, language);
      for (const colorScheme of ['light', 'dark'] as const) {
        await page.emulateMedia({ colorScheme });
        await expectNoViolations(page, PORTAL);
        await expectNothingCut(page, PORTAL);
        await picture(page.locator(PORTAL), `portal/${role.name}-${colorScheme}-${language}`);
      }
    }
    expect(foreign).toEqual([]);
    expect(complaints).toEqual([]);
    await page.context().close();
  });
}

test('the keyboard changes the language, whose use is shown, and the period', async ({
  browser
}) => {
  const page = await logIn(browser, 'ben');
  await page.getByRole('combobox', { name: 'Language' }).focus();
  await page.keyboard.press('Tab');
  await expect(page.getByRole('link', { name: 'JupyterHub' })).toBeFocused();
  await page.keyboard.press('Tab');
  await expect(page.getByRole('combobox', { name: 'Whose usage' })).toBeFocused();
  await page.keyboard.press('ArrowDown');
  await expect(page.getByRole('heading', { level: 2 })).toHaveText('Your LLM usage');
  await page.keyboard.press('Tab');
  await page.keyboard.press('Enter');
  await expect(page.getByRole('button', { name: 'Today' })).toHaveAttribute('aria-pressed', 'true');
  await page.context().close();
});

test('a browser that prefers Chinese gets Chinese', async ({ browser }) => {
  const page = await logIn(browser, 'ann', 'zh-CN');
  await expect(page.getByRole('heading', { level: 2 })).toHaveText('你的 LLM 用量');
  await expect(page.locator('html')).toHaveAttribute('lang', 'zh-CN');
  await page.context().close();
});

async function logIn(browser: Browser, user: string, locale = 'en-US'): Promise<Page> {
  const context = await browser.newContext({ locale, viewport: { width: 1280, height: 900 } });
  const page = await context.newPage();
  // Nobody has logged in: the portal leads to the hub, and the hub back to the portal.
  await page.goto(`${url}/`);
  await page.locator('#username_input').fill(user);
  await page.locator('#password_input').fill('any');
  await page.locator('#login_submit').click();
  await expect(page).toHaveURL(`${url}/`);
  await expectLoaded(page);
  return page;
}

async function expectLoaded(page: Page): Promise<void> {
  await expect(page.locator(`${PORTAL} .jp-LLMMeter-Figures`)).toBeVisible();
  await expect(
    page.locator(`${PORTAL} .jp-LLMMeter-Course, ${PORTAL} .jp-LLMMeter-Empty`).first()
  ).toBeVisible();
  await expect(page.locator(`${PORTAL} [data-stale]`)).toHaveCount(0);
  await expect(page.locator(`${PORTAL} [role=status]:text("…")`)).toHaveCount(0);
}

async function expectRole(page: Page, role: Role): Promise<void> {
  await expectLoaded(page);
  const whose = page.getByRole('combobox', { name: 'Whose usage' });
  await expect(whose).toHaveCount(role.whose.length === 0 ? 0 : 1);
  if (role.whose.length > 0) {
    await expect(whose.locator('option')).toHaveText([...role.whose]);
  }
  for (const limit of role.limits) {
    await expect(
      page.locator('.jp-LLMMeter-Course-line bdi', { hasText: limit }).first()
    ).toBeVisible();
  }
  const group = page.getByRole('combobox', { name: 'Group by' });
  if (role.users === undefined) {
    await expect(group.locator('option[value=user]')).toHaveCount(0);
  } else {
    await group.selectOption('user');
    const namesOf = async (): Promise<string[]> =>
      (await page.locator(`${ROW} bdi`).allTextContents()).sort();
    await expect.poll(namesOf).toEqual([...role.users]);
  }
  const text = (await page.locator(PORTAL).textContent()) ?? '';
  expect(role.foreign.filter(name => text.includes(name))).toEqual([]);
}

async function speak(page: Page, language: UiLanguage): Promise<void> {
  await page.locator('.jp-LLMMeter-Portal-bar select').selectOption(language);
  await expect(page.locator('html')).toHaveAttribute('lang', language);
  await expectLoaded(page);
}
