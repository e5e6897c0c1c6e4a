/** @jest-environment jsdom */

import * as React from 'react';

import type { LoadUsage } from '../../../core/dashboard/source';
import type { UsageRow } from '../../../core/dashboard/usage-rows';
import { Shape } from '../../../core/record/shape';
import { readTotals } from '../../../core/record/standing-reader';
import { ClientError } from '../../../core/errors';
import { ModelSplit } from '../../../ui/popover/models';
import { TotalsTable } from '../../../ui/popover/totals';
import { wireTotals, words } from '../../samples';
import { expectAct, Page } from '../page';

const NAME = `<b>שלום${'x'.repeat(500)}.ipynb`;
const [today, month] = [3, 241].map(calls =>
  readTotals(new Shape(wireTotals({ calls }), 'totals'))
);

let page: Page;
let queries: Readonly<Record<string, string>>[];
let answers: (query: Readonly<Record<string, string>>) => readonly UsageRow[];

beforeAll(expectAct);

beforeEach(() => {
  page = new Page();
  queries = [];
  answers = () => [];
});

afterEach(() => page.close());

const getUsage: LoadUsage = query => {
  queries.push(query);
  return Promise.resolve().then(() => answers(query));
};

function rowWith(changes: Partial<UsageRow>): UsageRow {
  const nothing = { calls: 0, inputTokens: 0, outputTokens: 0, unpricedCalls: 0, missingCalls: 0 };
  return { ...nothing, isRest: false, ...changes };
}

async function showTotals(): Promise<void> {
  await page.show(
    <TotalsTable
      today={today}
      month={month}
      getUsage={getUsage}
      place={{ path: `folder/${NAME}`, kernelId: 'k1' }}
      revision={1}
      words={words}
    />
  );
}

describe('TotalsTable', () => {
  it('should show the notebook and its session, its name as text', async () => {
    answers = ({ kernel }) => [rowWith({ calls: kernel === 'k1' ? 7 : 31, cost: '0.25' })];
    await showTotals();
    const notebook = page.find('.jp-LLMMeter-Totals-notebook');
    expect(notebook.textContent).toMatch(/This month31.*This session7/);
    expect(notebook.querySelector('bdi')?.textContent).toBe(NAME);
    expect(notebook.querySelector('b')).toBeNull();
    expect(queries).toMatchObject([
      { group_by: 'day', notebook: `folder/${NAME}` },
      { group_by: 'none', kernel: 'k1' }
    ]);
  });

  it('should call an unknown cost unpriced, never zero', async () => {
    answers = () => [rowWith({ calls: 2, unpricedCalls: 2 })];
    await showTotals();
    expect(page.find('.jp-LLMMeter-Totals-notebook').textContent).toContain('unpriced');
  });

  it('should say why there are no figures of the notebook', async () => {
    answers = () => {
      throw new ClientError('The ledger is locked.');
    };
    await showTotals();
    expect(page.alerts).toEqual(['The ledger is locked.']);
  });
});

describe('ModelSplit', () => {
  it('should make its request when it is unfolded, and put the rest last', async () => {
    answers = () => [
      rowWith({ isRest: true, inputTokens: 900 }),
      rowWith({ group: 'gpt-5-mini', inputTokens: 25 }),
      rowWith({ group: 'gpt-5', inputTokens: 75 })
    ];
    await page.show(<ModelSplit getUsage={getUsage} revision={1} words={words} />);
    expect(queries).toEqual([]);
    await page.unfold('details');
    const details = page.find('details');
    const names = [...details.querySelectorAll('th')].map(({ textContent }) => textContent);
    expect(names).toEqual(['gpt-5', 'gpt-5-mini', 'Other models']);
    expect(queries[0]).toMatchObject({ group_by: 'model', limit: '5' });
  });
});
