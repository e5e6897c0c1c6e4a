/** @jest-environment jsdom */

import type { ReadonlyPartialJSONValue } from '@lumino/coreutils';
import * as React from 'react';

import schema from '../../../../schema/meter.json';
import { LimitsField } from '../../../ui/limits/limits-field';
import { trans, words } from '../../samples';
import { expectAct, Page } from '../page';

const MONTH = { window: 'month', unit: 'tokens', amount: 1_000_000 };
const DAY = { window: 'day', unit: 'USD', amount: 5, notify: ['ops'] };

let page: Page;
let settings: readonly ReadonlyPartialJSONValue[];
let kept: readonly Record<string, unknown>[] | undefined;

beforeAll(expectAct);

beforeEach(async () => {
  page = new Page();
  kept = undefined;
  await show([MONTH, DAY]);
});

afterEach(() => page.close());

async function show(held: readonly ReadonlyPartialJSONValue[]): Promise<void> {
  settings = held;
  await page.show(
    <LimitsField
      id="limits"
      title={trans.__('Limits')}
      settings={settings}
      schema={schema.definitions.limit.properties}
      words={words}
      onChange={limits => {
        kept = limits;
      }}
    />
  );
}

describe('LimitsField', () => {
  it('should head each limit with what it says', () => {
    expect(page.text).toContain('1,000,000 tokens · Month · User · Warn');
    expect(page.text).toContain('$5.00 · Day · User · Warn');
  });

  it('should hand on a change and leave the rest as it is', async () => {
    await page.write('#limits_1_amount', '7.5');
    expect(kept).toMatchObject([MONTH, { ...DAY, amount: 7.5 }]);
    await page.write('#limits_0_on_exceed', 'block');
    expect(kept).toMatchObject([{ on_exceed: 'block' }, { amount: 7.5 }]);
  });

  it('should ask only limits in US dollars what becomes of models without a price', async () => {
    expect(() => page.find('#limits_0_unpriced')).toThrow('there is no');
    await page.write('#limits_1_unpriced', 'ceiling');
    await page.write('#limits_1_ceiling', '15');
    expect(kept).toMatchObject([MONTH, { ...DAY, unpriced: '15' }]);
  });

  it('should say what is wrong with an amount, and keep what the settings hold', async () => {
    await page.write('#limits_0_amount', 'a lot');
    expect(kept).toBeUndefined();
    expect(page.alerts).toEqual([expect.stringContaining('number greater than 0')]);
    expect(page.find<HTMLInputElement>('#limits_0_amount').value).toBe('a lot');
  });

  it('should not let two limits count the same', async () => {
    await page.write('#limits_1_unit', 'tokens');
    await page.write('#limits_1_window', 'month');
    expect(page.alerts).toEqual([expect.stringContaining('duplicates a limit above')]);
    expect(kept).toMatchObject([{ window: 'month' }, { window: 'day', unit: 'tokens' }]);
  });

  it('should add a limit that can be kept beside the others, and remove one', async () => {
    await page.press('.jp-mod-accept');
    expect(kept).toHaveLength(3);
    await page.press('#limits_0 .jp-LLMMeter-Button');
    expect(kept).toMatchObject([DAY, { amount: 1_000_000 }]);
  });

  it('should show limits that were changed elsewhere', async () => {
    await show([{ ...MONTH, amount: 42 }]);
    expect(page.find<HTMLInputElement>('#limits_0_amount').value).toBe('42');
  });
});
