/**
 * UI tests in a real Chromium: the one named by `PLAYWRIGHT_CHROMIUM`, else Playwright's own.
 *
 * Each spec starts a Jupyter server of its own, so nothing is shared and one worker keeps small machines usable.
 */

import { defineConfig } from '@playwright/test';

const isRoot = process.getuid?.() === 0;

export default defineConfig({
  testDir: './tests',
  outputDir: './test-results',
  workers: 1,
  timeout: 240_000,
  globalTimeout: 25 * 60_000,
  expect: { timeout: 30_000 },
  forbidOnly: process.env.CI !== undefined,
  reporter: 'list',
  use: {
    actionTimeout: 30_000,
    viewport: { width: 1280, height: 800 },
    locale: 'en-US',
    screenshot: 'only-on-failure',
    trace: 'retain-on-failure',
    launchOptions: {
      executablePath: process.env.PLAYWRIGHT_CHROMIUM || undefined,
      // Chromium's sandbox refuses to run as root, which a container's only user often is.
      args: isRoot ? ['--no-sandbox'] : []
    }
  }
});
