/** @jest-environment jsdom */

import * as React from 'react';

import { toStatusEntry } from '../../../core/words/gauge';
import type { Snapshot } from '../../../core/record/snapshot';
import { GaugeButton } from '../../../ui/gauge/gauge-button';
import { documentWith, wireBlocked, words } from '../../samples';
import { expectAct, Page } from '../page';

const OPTIONS = { gaugeMode: 'auto', areOutputsScanned: false } as const;

let page: Page;
let presses: number;

beforeAll(expectAct);

beforeEach(() => {
  page = new Page();
  presses = 0;
});

afterEach(() => page.close());

async function show(snapshot: Snapshot): Promise<void> {
  const entry = toStatusEntry(snapshot, OPTIONS, words);
  await page.show(<GaugeButton entry={entry} onPress={() => (presses += 1)} />);
}

describe('GaugeButton', () => {
  it('should be a button with every fact in its name, which opens a dialog', async () => {
    await show({ connection: 'live', document: documentWith() });
    const button = page.find('button');
    expect(button.textContent).toBe('812k tokens');
    expect(button.getAttribute('aria-label')).toContain('812,345 of 1,000,000 tokens');
    expect(button.getAttribute('aria-haspopup')).toBe('dialog');
    await page.press('button');
    expect(presses).toBe(1);
  });

  it('should show the level by a sign as well as by colour', async () => {
    const document = documentWith({ standings: [wireBlocked()] });
    await show({ connection: 'live', document });
    expect(page.find('button').dataset.level).toBe('blocked');
    expect(page.has('[data-sign=blocked]')).toBe(true);
  });

  it('should show neither a bar nor a figure without the server extension', async () => {
    await show({ connection: 'absent' });
    expect(page.text).not.toMatch(/\d/);
    expect(page.has('.jp-LLMMeter-Bar')).toBe(false);
    expect(page.has('[data-sign=absent]')).toBe(true);
  });
});
