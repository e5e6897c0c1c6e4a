import { defineConfig } from '@playwright/test';
import base from './playwright.config';
export default defineConfig({ ...base, globalSetup: undefined, workers: 1, testMatch: 'portal.spec.ts' });
