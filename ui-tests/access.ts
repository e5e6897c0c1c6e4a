/**
 * What everyone must be able to read and reach: axe-core's rules, and texts that are whole.
 */

import { expect, type Page } from '@playwright/test';
import { readFileSync } from 'node:fs';
import type * as Axe from 'axe-core';

import { findFlaws } from './layout';

const AXE = readFileSync(require.resolve('axe-core/axe.min.js'), 'utf8');

/** A test continues after a failure, so that one run reports all of them. */
const softly = expect.configure({ soft: true });

/** What fails a test: axe-core's `minor` and `moderate` are matters of taste more often than of access. */
const GRAVE: readonly (string | null | undefined)[] = ['serious', 'critical'];

/**
 * Fails when axe-core finds something serious in the elements.
 *
 * @param selector - the elements of ours: the rest of the page is JupyterLab's.
 */
export async function expectNoViolations(page: Page, selector: string): Promise<void> {
  await expectShown(page, selector);
  if (!(await page.evaluate(() => 'axe' in window))) {
    await page.evaluate(AXE);
  }
  const violations = await page.evaluate(async selector => {
    const { axe } = window as unknown as { axe: typeof Axe };
    return (await axe.run({ include: [selector] }, { resultTypes: ['violations'] })).violations;
  }, selector);
  const flaws = violations
    .filter(({ impact }) => GRAVE.includes(impact))
    .flatMap(({ id, nodes }) =>
      nodes.map(({ target, failureSummary }) => `${id}: ${target.join(' ')}: ${failureSummary}`)
    );
  softly(flaws, `axe-core on ${selector}`).toEqual([]);
}

/**
 * Fails when a text in the elements is cut or overflows, or covers another, and names it.
 *
 * A text may be cut on purpose, by `text-overflow: ellipsis`, where a `title` has the whole text.
 */
export async function expectNothingCut(page: Page, selector: string): Promise<void> {
  await expectShown(page, selector);
  // A box that opens is set in place a frame later, and what it loads changes its size.
  await softly
    .poll(() => page.evaluate(findFlaws, selector), {
      message: `texts in ${selector}`,
      timeout: 15_000
    })
    .toEqual([]);
}

/** Presses Tab until the focus is where a test asks, in so many steps at most. */
export async function tabTo(page: Page, selector: string, most = 40, key = 'Tab'): Promise<void> {
  for (let step = 0; step < most; step += 1) {
    await page.keyboard.press(key);
    if (await page.evaluate(s => document.activeElement?.matches(s) === true, selector)) {
      return;
    }
  }
  throw new Error(`${most} times ${key} did not lead to ${selector}`);
}

/** The names of the controls that Tab leads to inside an element, in order, until it leaves it or comes to the first again. */
export async function tabStops(page: Page, selector: string): Promise<string[]> {
  const stops: string[] = [];
  for (;;) {
    await page.keyboard.press('Tab');
    const stop = await page.evaluate(selector => {
      const { activeElement } = document;
      return activeElement?.closest(selector) == null || activeElement.matches(selector)
        ? undefined
        : (activeElement.getAttribute('aria-label') ??
            (activeElement as HTMLInputElement).labels?.[0]?.textContent ??
            activeElement.textContent ??
            '');
    }, selector);
    if (stop === undefined || stops.includes(stop)) {
      return stops;
    }
    stops.push(stop);
  }
}

async function expectShown(page: Page, selector: string): Promise<void> {
  await expect(page.locator(selector).first()).toBeVisible();
}
