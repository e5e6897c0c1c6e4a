/** @jest-environment jsdom */

import * as fs from 'fs';
import * as path from 'path';
import * as React from 'react';

import { ALERTS, STATES } from '../../../ui-tests/fake-states';
import type { CallPage, DashboardSource } from '../../core/dashboard/source';
import { parseUsage } from '../../core/dashboard/usage-rows';
import { UNITS_SHOWN } from '../../core/dashboard/usage-rows';
import { parseRaise } from '../../core/limits/raise';
import { readPreferences } from '../../core/preferences';
import type { CellRun } from '../../core/record/cell-runs';
import type { Alert, StandingDocument } from '../../core/record/standing';
import { parseStanding } from '../../core/record/standing-reader';
import { GAUGE_MODES } from '../../core/words/figure';
import { toStatusEntry } from '../../core/words/gauge';
import { badgeOf, sumsCostText } from '../../core/words/badge';
import { runawayText, toNotice } from '../../core/words/notice';
import { raisedText } from '../../core/words/outlook';
import { questionSentences } from '../../core/words/rerun';
import type { Words } from '../../core/words/words';
import { NoticeBody } from '../../ui/alerts/notice';
import { Dashboard } from '../../ui/dashboard/dashboard';
import { GaugeButton } from '../../ui/gauge/gauge-button';
import { LimitsField } from '../../ui/limits/limits-field';
import { UsageBody } from '../../ui/popover/usage-body';
import { RaiseForm } from '../../ui/raises/raise-form';
import { Raises } from '../../ui/raises/raise-history';
import type { Wire } from '../samples';
import {
  inYuan,
  recordWith,
  wireLimit,
  wireRaise,
  wireStanding,
  wireTotals,
  withoutMoney,
  words
} from '../samples';
import { sourceFiles } from '../texts';
import { expectAct, fakeLayout, Page } from './page';

/** A currency's sign or code; what words such as "US dollars" say is no amount. */
const MONEY = /\p{Sc}|\b(USD|EUR|CNY|GBP|JPY|INR)\b/u;

const ESTIMATE = { typical: '0.42', low: '0.12', high: '1.42', runs: 3, unpricedCells: 1 };

const RUN: CellRun = {
  runId: 'run-1',
  startedAt: '2026-11-26T06:21:00.000000Z',
  calls: 3,
  openCalls: 0,
  inputTokens: 10,
  outputTokens: 5,
  cost: '0.42',
  unpricedCalls: 1,
  missingCalls: 0,
  countedCalls: 0,
  models: ['gpt-5']
};

/** A state of the gallery with its first limit in dollars: raised, partly reserved, and with an uncertain part. */
function inDollars(wire: Wire): Wire {
  const [first, ...others] = wire.standings as readonly Wire[];
  const standing = {
    ...wireStanding({ limit: wireLimit({ unit: 'USD', amount: 5 }) }),
    ...(first !== undefined && { level: first.level, ratio: first.ratio }),
    amount: '5.50',
    raised: '0.50',
    used: '4.25',
    reserved: '0.30',
    soft_by: '0.10',
    can_raise: true
  };
  const alerts = (wire.alerts as readonly Wire[]).map(alert => ({
    ...alert,
    unit: 'USD',
    amount: '5.50',
    used: '4.25',
    ...(alert.needed !== undefined && { needed: '1.30', reserved: '0.30' })
  }));
  return { ...wire, standings: [standing, ...others], alerts };
}

const GALLERY: readonly (readonly [string, Wire])[] = [
  ...Object.entries(STATES),
  ...Object.entries(ALERTS).map(([name, make]) => [name, make()] as const)
];
const DOCUMENTS = [
  ...GALLERY,
  ...GALLERY.map(([name, wire]) => [`${name}, in dollars`, inDollars(wire)] as const)
].map(
  ([name, wire]) =>
    [name, parseStanding({ seq: 1, as_of: '2026-11-26T06:30:00Z', call_ids: [], ...wire })] as const
);

const priced = recordWith({
  'llm_meter.cost.amount': '0.0312',
  'llm_meter.cost.currency': 'USD',
  'llm_meter.notebook.path': 'a.ipynb'
});
/** Rows of two models, in all or on a day. */
function rows(day: string | undefined): readonly Wire[] {
  return [
    ['gpt-5', '3.50', 0],
    ['gpt-5-mini', '1.50', 2]
  ].map(([model, cost, unpriced_calls]) =>
    wireTotals({ cost, unpriced_calls, group: day ?? model, ...(day && { split: model }) })
  );
}

const source: DashboardSource = {
  hasLedger: true,
  listFormats: () => Promise.resolve(['csv']),
  exportUrl: () => 'export',
  getUsage: ({ split_by, group_by }) => {
    const isByDay = split_by !== undefined || group_by === 'day';
    return Promise.resolve(parseUsage({ rows: rows(isByDay ? '2026-11-20' : undefined) }));
  },
  listCalls: (): Promise<CallPage> => Promise.resolve({ calls: [priced] })
};

/** Everything that the page shows of a state, each part by its name. */
function partsOf(document: StandingDocument, words: Words): Record<string, React.ReactElement> {
  const snapshot = { connection: 'live', document } as const;
  const gauges = GAUGE_MODES.map(gaugeMode => (
    <GaugeButton
      key={gaugeMode}
      entry={toStatusEntry(snapshot, { gaugeMode, areOutputsScanned: true }, words)}
      onPress={() => undefined}
    />
  ));
  const standingOf = (alert: Alert): StandingDocument['standings'][number] | undefined =>
    document.standings.find(({ limit }) => limit.id === alert.limitId);
  const notices = document.alerts.map(alert => (
    <NoticeBody
      key={alert.id}
      notice={toNotice(alert, standingOf(alert), words)}
      hint="Go to the cell"
      onOpen={() => undefined}
    />
  ));
  const toasts = [
    ...document.alerts.flatMap(alert => [
      toNotice(alert, standingOf(alert), words).summary,
      toNotice(alert, undefined, words).summary
    ]),
    ...document.runaways.map(runaway => runawayText(runaway, words))
  ];
  const raises = ['tokens', 'USD'].map(unit =>
    parseRaise(wireRaise({ id: `raise of ${unit}`, unit, amount: '3.50' }))
  );
  return {
    gauge: <>{gauges}</>,
    popover: (
      <UsageBody
        snapshot={snapshot}
        preferences={readPreferences({})}
        place={{ path: 'a.ipynb', kernelId: 'k1' }}
        costs={{ path: 'a.ipynb', total: RUN, estimate: ESTIMATE }}
        hasLedger={true}
        words={words}
        actions={{
          hasDashboard: () => true,
          openDashboard: () => undefined,
          openSettings: () => undefined,
          showDiagnostics: () => undefined,
          showRaises: () => undefined,
          raise: () => undefined,
          setGauge: () => undefined
        }}
        getUsage={query => source.getUsage(query)}
        listCalls={() => Promise.resolve([priced])}
        listPrograms={() => Promise.resolve([])}
        refresh={() => undefined}
      />
    ),
    notices: <>{notices}</>,
    toasts: <p>{toasts.join('\n')}</p>,
    'raise form': (
      <>
        {document.standings.map(standing => (
          <RaiseForm
            key={standing.limit.id}
            standing={standing}
            needed="1.30"
            words={words}
            clock={() => 0}
            ask={() => Promise.reject(new Error('No.'))}
            onRaised={() => undefined}
            onBack={() => undefined}
          />
        ))}
      </>
    ),
    'raise history': (
      <Raises
        listRaises={() => Promise.resolve(raises)}
        standings={document.standings}
        words={words}
      />
    ),
    'texts of cells, notebooks and dialogs': (
      <p>
        {[
          ...(badgeOf(RUN, [], words)?.details ?? []),
          badgeOf(RUN, [], words)?.text,
          sumsCostText(RUN, words),
          ...questionSentences(ESTIMATE, '2.50', words),
          ...document.standings.flatMap(({ limit }) =>
            raises.map(raise => raisedText(raise, limit, words))
          )
        ].join('\n')}
      </p>
    ),
    ...Object.fromEntries(
      UNITS_SHOWN.map(unit => [
        `dashboard by ${unit}`,
        <Dashboard
          key={unit}
          snapshot={snapshot}
          source={source}
          openCell={() => undefined}
          words={words}
          saved={{
            period: { name: 'custom', first: '2026-11-19', last: '2026-11-25' },
            step: 'day',
            unit,
            sort: 'cost'
          }}
          revision={1}
          onRefresh={() => undefined}
          onView={() => undefined}
        />
      ])
    )
  };
}

/** The settings in which limits are edited: their fields hold amounts, and nothing else does. */
function settingsWith(words: Words): React.ReactElement {
  return (
    <LimitsField
      id="limits"
      title={words.trans.__('Limits')}
      settings={[{ window: 'month', unit: 'USD', amount: 5 }]}
      schema={{}}
      words={words}
      onChange={() => undefined}
    />
  );
}

let page: Page;

beforeAll(() => {
  expectAct();
  fakeLayout();
});

beforeEach(() => {
  page = new Page();
});

afterEach(() => page.close());

/** What people read of a part, with all that can be unfolded unfolded. */
async function read(part: React.ReactElement): Promise<string> {
  await page.show(part);
  if (page.has('.jp-LLMMeter-Models')) {
    await page.unfold('.jp-LLMMeter-Models');
  }
  const bars = page.readable;
  if (page.has('.jp-LLMMeter-Chart')) {
    await page.key('.jp-LLMMeter-Chart', 'Home');
    await page.key('.jp-LLMMeter-Chart', 'ArrowRight');
    const tip = page.readable;
    await page.click('Show as table');
    return [bars, tip, page.readable].join('\n');
  }
  return bars;
}

describe('a page whose user hides money', () => {
  it.each(DOCUMENTS)('should show none in any part: %s', async (_, document) => {
    const found: (string | undefined)[][] = [];
    for (const [name, part] of Object.entries(partsOf(document, withoutMoney))) {
      const text = await read(part);
      found.push([name, MONEY.exec(text)?.[0], /undefined/.exec(text)?.[0]]);
    }
    expect(found).toEqual(found.map(([name]) => [name, undefined, undefined]));
  });

  // What counts tokens or calls still shows the cost beside them.
  it.each([
    ['money', words, MONEY],
    ['the currency of an administrator beside the dollar', inYuan, /\$[\d.,]+ \(CN¥[\d.,]+\)/]
  ])('should show %s in every part if the user does not hide it', async (_, wording, amount) => {
    const [, refused] = DOCUMENTS.find(([name]) => name === 'refused, in dollars') ?? [];
    const [, runaway] = DOCUMENTS.find(([name]) => name === 'runaway') ?? [];
    if (refused === undefined || runaway === undefined) {
      throw new Error('the gallery lacks a state');
    }
    const document = { ...refused, runaways: runaway.runaways };
    const without: string[] = [];
    for (const [name, part] of Object.entries(partsOf(document, wording))) {
      if (!amount.test(await read(part))) {
        without.push(name);
      }
    }
    expect(without).toEqual([]);
  });

  it('should be so in parts to come, for the formatter alone writes money', () => {
    const writers = sourceFiles().filter(file =>
      /style: 'currency'|currencyDisplay/.test(fs.readFileSync(file, 'utf-8'))
    );
    expect(writers.map(file => path.basename(file))).toEqual(['format.ts']);
  });

  it('should name a limit in dollars in the settings by its unit, and keep the field that is edited', async () => {
    await page.show(settingsWith(withoutMoney));
    expect(page.find('legend').textContent).toMatch(/^Cost · /);
    expect(page.find<HTMLInputElement>('input').value).toBe('5');
    expect(page.readable).not.toMatch(MONEY);
  });

  it('should leave the amount of a raise in dollars to the user', async () => {
    const [, document] = DOCUMENTS.find(([name]) => name === 'ok, in dollars') ?? [];
    const part = document && partsOf(document, withoutMoney)['raise form'];
    await page.show(part ?? <></>);
    expect(page.find<HTMLInputElement>('[name=amount]').value).toBe('');
  });
});
