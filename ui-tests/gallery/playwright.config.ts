/**
 * Takes the pictures of docs/gallery.md; no test of `scripts/test.py`, so that they cost no time there:
 * `LLM_METER_SCREENSHOTS=1 npx playwright test --config=ui-tests/gallery/playwright.config.ts`.
 */

import { defineConfig } from '@playwright/test';

import base from '../playwright.config';

export default defineConfig({ ...base, testDir: '.', outputDir: '../test-results' });
