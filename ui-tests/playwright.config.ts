/**
 * UI tests in a real Chromium: the one named by `PLAYWRIGHT_CHROMIUM`, else Playwright's own.
 *
 * Each test starts Jupyter servers of its own, so that several can run at a time; a worker's tests share its browser.
 * `--shard=1/2` runs half of the files.
 */

import { defineConfig } from '@playwright/test';

const isRoot = process.getuid?.() === 0;

export default defineConfig({
  testDir: './tests',
  globalSetup: require.resolve('./python'),
  outputDir: './test-results',
  workers: 3,
  timeout: 360_000,
  globalTimeout: 25 * 60_000,
  expect: { timeout: 30_000 },
  forbidOnly: process.env.CI !== undefined,
  reporter: 'list',
  use: {
    actionTimeout: 30_000,
    viewport: { width: 1280, height: 800 },
    locale: 'en-US',
    screenshot: 'only-on-failure',
    // A trace takes a picture at each step, which is a large part of a test's work: `LLM_METER_TRACE=1` asks for one.
    trace: process.env.LLM_METER_TRACE === undefined ? 'off' : 'retain-on-failure',
    launchOptions: {
      executablePath: process.env.PLAYWRIGHT_CHROMIUM || undefined,
      // Chromium's sandbox refuses to run as root, which a container's only user often is.
      args: isRoot ? ['--no-sandbox'] : []
    }
  }
});
