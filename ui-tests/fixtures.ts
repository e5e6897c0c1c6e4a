/**
 * The fixtures of the specs: a lab to start, a stage, the stand-in and the replay; all end with the test.
 *
 * The browser is the worker's, see `profile.ts`.
 */

import { test as base } from '@playwright/test';

import { Lab, type LabOptions } from './lab';
import { Stage, type App } from './looks';
import { Profile } from './profile';
import { Provider, standinVariables, type Replay } from './providers';

interface Fixtures {
  /** Starts a lab in a folder of its own, of which the browser knows nothing. */
  startLab: (options: LabOptions) => Promise<Lab>;
  /** Starts a lab with made-up answers and opens it in a browser context of its own, since its clock is changed too. */
  openStage: (app: App) => Promise<Stage>;
  /** Variables that lead the SDKs to a running stand-in provider. */
  standin: Record<string, string>;
  /** A running replay; the test is skipped where there are no recordings. */
  replay: Replay;
}

export const test = base.extend<Fixtures, { profile: Profile }>({
  profile: [
    async ({ playwright, launchOptions, headless }, use, { project }) => {
      const { viewport, locale } = project.use;
      const options = { ...launchOptions, headless, viewport, locale };
      const profile = await Profile.open(playwright.chromium, options);
      await use(profile);
      await profile.close();
    },
    { scope: 'worker' }
  ],
  context: async ({ profile, actionTimeout }, use) => {
    profile.context.setDefaultTimeout(actionTimeout ?? 0);
    await use(profile.context);
    await profile.clear();
  },
  startLab: async ({ profile, context }, use, info) => {
    const labs: Lab[] = [];
    await use(async options => {
      const lab = await Lab.start(info.outputPath(`lab${labs.length}`), options);
      labs.push(lab);
      await profile.forget(lab.origin);
      return lab;
    });
    // A server that answers a page while it is stopped may not end.
    const [, ...pages] = context.pages();
    await Promise.all(pages.map(page => page.close()));
    await Promise.all(labs.map(lab => lab.discard()));
  },
  openStage: async ({ browser, startLab }, use) => {
    const context = await browser.newContext();
    await use(async app => Stage.open(await context.newPage(), startLab, app));
    await context.close();
  },
  standin: async ({}, use) => {
    const provider = await Provider.standin();
    await use(standinVariables(provider.ready ?? ''));
    provider.stop();
  },
  replay: async ({}, use, info) => {
    const provider = await Provider.replay();
    info.skip(provider.ready === undefined, 'no recorded traffic (set LLM_METER_CORPUS)');
    await use(JSON.parse(provider.ready ?? '{}') as Replay);
    provider.stop();
  }
});

export { expect } from '@playwright/test';
