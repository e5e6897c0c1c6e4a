/** @jest-environment jsdom */

import * as React from 'react';

import type { CallPage, DashboardSource, Query } from '../../../core/dashboard/source';
import type { UsageRow } from '../../../core/dashboard/usage-rows';
import { parseUsage } from '../../../core/dashboard/usage-rows';
import type { View } from '../../../core/dashboard/view';
import type { Snapshot } from '../../../core/record/snapshot';
import type { CallRecord } from '../../../core/record/record';
import { AbsentError, AwayError } from '../../../core/errors';
import { Dashboard } from '../../../ui/dashboard/dashboard';
import {
  documentWith,
  recordWith,
  wireLimit,
  wireStanding,
  wireTotals,
  withoutMoney,
  words
} from '../../samples';
import { expectAct, fakeLayout, Page } from '../page';

const CHART = '.jp-LLMMeter-Chart';
const BREAKDOWN = '.jp-LLMMeter-Breakdown-row';

/** The day of the calls: the first of the month that the dashboard is set to. */
const DAY = '2026-11-20';
const SAVED = { period: { name: 'custom', first: '2026-11-19', last: '2026-11-25' }, step: 'day' };

/** A ledger with calls of two models on one day. */
class Ledger implements DashboardSource {
  readonly queries: Query[] = [];
  failure?: Error;
  formats: readonly string[] = ['csv', 'json', 'jsonl'];
  aboutFailure?: Error;

  getUsage(query: Query): Promise<readonly UsageRow[]> {
    this.queries.push(query);
    if (this.failure !== undefined) {
      return Promise.reject(this.failure);
    }
    const rows = ['gpt-5', 'claude-sonnet-4-5'].map((model, index) =>
      query.split_by === undefined
        ? wireTotals({ group: model, input_tokens: 100 * (2 - index) })
        : wireTotals({ group: DAY, split: model, input_tokens: 100 * (2 - index) })
    );
    return Promise.resolve(parseUsage({ rows }));
  }

  archivedUntil?: string;

  listCalls(query: Query): Promise<CallPage> {
    this.queries.push(query);
    const record = recordWith({ 'llm_meter.notebook.path': 'a.ipynb', 'llm_meter.cell.id': 'c1' });
    return Promise.resolve({
      calls: [record],
      nextCursor: query.cursor === undefined ? 'more' : undefined,
      archive:
        this.archivedUntil === undefined
          ? undefined
          : { until: this.archivedUntil, isNeeded: query.archived !== 'true' }
    });
  }

  readonly hasLedger = true;

  listFormats(): Promise<readonly string[]> {
    return this.aboutFailure === undefined
      ? Promise.resolve(this.formats)
      : Promise.reject(this.aboutFailure);
  }

  exportUrl(query: Query): string {
    return `export?${new URLSearchParams(query).toString()}`;
  }
}

let page: Page;
let ledger: Ledger;
let view: View | undefined;
let opened: Pick<CallRecord, 'notebookPath' | 'cellId'>[];
let refreshes: number;

beforeAll(() => {
  expectAct();
  fakeLayout();
});

beforeEach(() => {
  page = new Page();
  ledger = new Ledger();
  view = undefined;
  opened = [];
  refreshes = 0;
});

afterEach(() => page.close());

async function show(
  snapshot: Snapshot = { connection: 'live', document: documentWith() },
  chosen = words
): Promise<void> {
  await page.show(
    <Dashboard
      snapshot={snapshot}
      source={ledger}
      openCell={place => opened.push(place)}
      words={chosen}
      saved={SAVED}
      revision={1}
      onRefresh={() => (refreshes += 1)}
      onView={next => (view = next)}
    />
  );
}

describe('Dashboard', () => {
  it('should show the sums, and switch the unit by them', async () => {
    await show();
    expect(page.textsOf('.jp-LLMMeter-Figure-name')).toEqual(['Tokens', 'Cost', 'Calls']);
    expect(page.textsOf('.jp-LLMMeter-Figure-value')).toEqual(['304', '$0.025', '6']);
    await page.press('.jp-LLMMeter-Figure:nth-child(3)');
    expect(view?.unit).toBe('calls');
    expect(page.find('.jp-LLMMeter-Figure:nth-child(3)').getAttribute('aria-pressed')).toBe('true');
  });

  it('should show no money if the user hides it', async () => {
    await show(undefined, withoutMoney);
    expect(page.textsOf('.jp-LLMMeter-Figure-name')).toEqual(['Tokens', 'Calls']);
    expect(page.text).not.toContain('$');
  });

  it('should list all limits with their standing, those nearest to their amounts first', async () => {
    const standings = Array.from({ length: 6 }, (_, index) =>
      wireStanding({
        limit: wireLimit({ id: `notebook=${index}.ipynb/month/tokens`, scope: 'notebook' }),
        subject: `${index}.ipynb`,
        ratio: 1 - index / 10,
        level: index === 0 ? 'exceeded' : 'ok'
      })
    );
    const document = documentWith({ standings: standings.reverse(), more_standings: 2 });
    await show({ connection: 'live', document });
    expect(page.textsOf('.jp-LLMMeter-Course-line bdi')).toEqual(
      [0, 1, 2, 3, 4, 5].map(index => `Notebook ${index}.ipynb this month`)
    );
    expect(page.textsOf('.jp-LLMMeter-Course-line strong')).toEqual([
      '100%',
      '90%',
      '80%',
      '70%',
      '60%',
      '50%'
    ]);
    expect(page.text).toContain('2 more limits');
  });

  it('should put the trend in words for assistive technology', async () => {
    await show();
    const label = page.find(`${CHART} svg`).getAttribute('aria-label');
    expect(label).toMatch(/^Tokens over time: 304 in total\. Peak: 304/);
  });

  it('should read the bars by the arrow keys, and choose one by Enter', async () => {
    await show();
    await page.key(CHART, 'Home');
    await page.key(CHART, 'ArrowRight');
    expect(page.find('.jp-LLMMeter-Tip').getAttribute('role')).toBe('status');
    expect(page.textsOf('.jp-LLMMeter-Tip-title span')).toEqual(['Fri, Nov 20', '304']);
    await page.key(CHART, 'Enter');
    expect(view?.selected).toBe(DAY);
    expect(page.textsOf('.jp-LLMMeter-Chip-name')).toEqual(['Time']);
    await page.key(CHART, 'Escape');
    expect(page.has('.jp-LLMMeter-Tip')).toBe(false);
    await page.key(CHART, 'End');
    await page.key(CHART, 'ArrowLeft');
    expect(page.textsOf('.jp-LLMMeter-Tip-title span')[0]).toBe('Tue, Nov 24');
  });

  it('should show the trend as a table with a total', async () => {
    await show();
    await page.click('Show as table');
    const table = '[aria-label=Trend] table';
    expect(page.textsOf(`${table} th[scope=col]`)).toEqual([
      'Day',
      'gpt-5',
      'claude-sonnet-4-5',
      'Total'
    ]);
    expect(page.textsOf(`${table} tbody tr:first-child > *`)).toEqual([
      'Fri, Nov 20',
      '202',
      '102',
      '304'
    ]);
  });

  it('should filter by a row of the breakdown, and remove the filter by name', async () => {
    await show();
    await page.press(BREAKDOWN);
    expect(view?.filters).toMatchObject([{ dimension: 'model', value: 'gpt-5' }]);
    expect(ledger.queries.at(-1)).toMatchObject({ model: 'gpt-5' });
    expect(page.find(BREAKDOWN).getAttribute('aria-pressed')).toBe('true');
    await page.click('Remove filter: gpt-5');
    expect(view?.filters).toEqual([]);
  });

  it('should group by another dimension, in another interval', async () => {
    await show();
    await page.write('.jp-LLMMeter-Choice select', 'notebook');
    await page.click('Hour');
    expect(view).toMatchObject({ group: 'notebook', step: 'hour' });
    expect(ledger.queries).toContainEqual(
      expect.objectContaining({ group_by: 'hour', split_by: 'notebook' })
    );
  });

  it('should page and sort the calls, and open the cell of one', async () => {
    await show();
    const table = 'section:last-of-type';
    await page.click('Next page');
    expect(ledger.queries.at(-1)).toMatchObject({ cursor: 'more' });
    expect(page.button('Next page').disabled).toBe(true);
    await page.click('Previous page');
    await page.click('Duration');
    expect(view).toMatchObject({ sort: 'duration', order: 'desc' });
    expect(page.find(`${table} th[aria-sort]`).getAttribute('aria-sort')).toBe('descending');
    await page.click('a.ipynb');
    expect(opened).toMatchObject([{ notebookPath: 'a.ipynb', cellId: 'c1' }]);
  });

  it('should say that older calls are archived, and read them when asked', async () => {
    ledger.archivedUntil = '2026-03-31T23:59:59Z';
    await show();
    expect(page.text).toContain('are in the archive and not in this list');
    await page.click('Read the archive');
    expect(ledger.queries.at(-1)).toMatchObject({ archived: 'true' });
    expect(page.text).not.toContain('are in the archive');
  });

  it('should disable formats that the server cannot write', async () => {
    await show();
    const options = page.textsOf('.jp-LLMMeter-mod-export option');
    expect(options).toContain('Parquet (requires pyarrow on the server)');
    expect(page.find<HTMLOptionElement>('option[value=parquet]').disabled).toBe(true);
    expect(page.find<HTMLOptionElement>('option[value=csv]').disabled).toBe(false);
  });

  it('should choose the days of a custom period', async () => {
    await show();
    await page.write('[aria-label="Start date"]', '2026-11-01');
    expect(view?.period).toMatchObject({ name: 'custom', first: '2026-11-01' });
    await page.click('7 days');
    expect(view?.period).toEqual({ name: 'days7' });
  });

  it('should say what went wrong and offer another try', async () => {
    ledger.failure = new AwayError('Gone.');
    await show();
    expect(page.alerts[0]).toContain("Couldn't reach the Jupyter server.");
    await page.click('Try again');
    expect(refreshes).toBe(1);
  });

  it.each([
    ['absent' as const, undefined, "server extension isn't running"],
    ['live' as const, new AbsentError('Not Found'), 'older than this page and has no dashboard']
  ])('should say why there is no dashboard: %s', async (connection, failure, reason) => {
    ledger.aboutFailure = failure;
    await show({ connection });
    expect(page.textsOf('h2')).toEqual(['Dashboard not available']);
    expect(page.text).toContain(reason);
  });
});
