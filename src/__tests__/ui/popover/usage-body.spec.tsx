/** @jest-environment jsdom */

import * as React from 'react';

import type { Snapshot } from '../../../core/record/snapshot';
import type { Standing } from '../../../core/record/standing';
import { AwayError } from '../../../core/errors';
import { readPreferences } from '../../../core/preferences';
import type { UsageBodyProps } from '../../../ui/popover/usage-body';
import { UsageBody } from '../../../ui/popover/usage-body';
import type { Wire } from '../../samples';
import {
  documentWith,
  recordWith,
  wireBlocked,
  wireLimit,
  wireStanding,
  words,
  wireProblem
} from '../../samples';
import { expectAct, Page } from '../page';

let page: Page;
let pressed: string[];
let raised: Standing[];

beforeAll(expectAct);

beforeEach(() => {
  page = new Page();
  pressed = [];
  raised = [];
});

afterEach(() => page.close());

const note = (name: string) => () => {
  pressed.push(name);
};

async function show(snapshot: Snapshot, changes: Partial<UsageBodyProps> = {}): Promise<void> {
  await page.show(
    <UsageBody
      snapshot={snapshot}
      preferences={readPreferences({})}
      place={null}
      costs={null}
      hasLedger={true}
      words={words}
      actions={{
        hasDashboard: () => true,
        openDashboard: note('dashboard'),
        openSettings: note('settings'),
        showDiagnostics: note('diagnostics'),
        showRaises: note('raises'),
        raise: standing => raised.push(standing),
        setGauge: (key, value) => pressed.push(`${key}=${value}`)
      }}
      getUsage={() => Promise.resolve([])}
      listCalls={() => Promise.resolve([recordWith()])}
      listPrograms={() => Promise.resolve([])}
      refresh={note('refresh')}
      {...changes}
    />
  );
}

const GATE = {
  code: 'gate',
  message: 'From the server.',
  explanation: {
    code: 'gate-unwritable',
    values: { path: '/x', error: 'no room' },
    text: 'From the server.'
  }
};

const live = (changes: Wire = {}): Snapshot => ({
  connection: 'live',
  document: documentWith(changes)
});

describe('UsageBody', () => {
  it('should list the limits of other notebooks only on request', async () => {
    const limit = wireLimit({ id: 'n', scope: 'notebook' });
    const standings = [
      wireStanding(),
      wireStanding({ limit, subject: 'here.ipynb' }),
      wireStanding({ limit, subject: 'there.ipynb' })
    ];
    await show(live({ standings, owner: { user: 'alice' } }), { place: { path: 'here.ipynb' } });
    const titles = (): string[] => page.textsOf('.jp-LLMMeter-Limit-title');
    expect(titles()).toEqual(['This month', 'Notebook here.ipynb this month']);
    await page.click('Show 1 limit of other work');
    expect(titles()).toContain('Notebook there.ipynb this month');
    await page.click('Hide limits of other work');
    expect(titles()).toHaveLength(2);
  });

  it('should lead to the dashboard, the settings, the diagnostics and the raise history', async () => {
    await show(live());
    for (const name of ['Dashboard', 'Settings', 'Diagnostics', 'Raise history']) {
      await page.click(name);
    }
    expect(pressed).toEqual(['dashboard', 'settings', 'diagnostics', 'raises']);
  });

  it('should show the limits, the sums and the recent calls', async () => {
    await show(live());
    expect(page.text).toContain('812,345 of 1,000,000 tokens');
    expect(page.textsOf('.jp-LLMMeter-Totals th[scope=col]')).toContain('Input tokens');
    expect(page.textsOf('.jp-LLMMeter-Calls tbody td')[1]).toContain('gpt-5-mini');
  });

  it('should raise a limit near its amount if the user can', async () => {
    await show(live({ standings: [wireBlocked()] }));
    expect(page.text).toContain('Raised by 50,000 tokens');
    await page.click('Raise…');
    expect(raised).toMatchObject([{ level: 'blocked' }]);
  });

  it('should say what is reserved, and why a limit only warns in a page without the server extension', async () => {
    const limit = wireLimit({ on_exceed: 'block' });
    const document = documentWith({ standings: [wireStanding({ limit, reserved: '1530' })] });
    await show({ connection: 'local', document }, { hasLedger: false });
    expect(page.text).toContain('1,530 tokens reserved for calls in progress');
    expect(page.text).toContain("Calls can't be refused without the server extension");
    expect(page.textsOf('button')).not.toContain('Raise history');
    expect(page.has('details')).toBe(false);
  });

  it('should name running programs whose calls are not metered, and where they were started', async () => {
    const listPrograms = (): ReturnType<UsageBodyProps['listPrograms']> =>
      Promise.resolve([{ name: 'node', startedIn: 'work/a.ipynb' }, { name: 'claude' }]);
    const section = 'Programs that are not metered';
    await show(live());
    expect(page.textsOf('h3')).not.toContain(section);
    await show(live({ seq: 13 }), { listPrograms });
    expect(page.textsOf('h3')).toContain(section);
    expect(page.textsOf('.jp-LLMMeter-Unmetered li')).toEqual([
      'node started in work/a.ipynb',
      'claude started in a terminal or by the server'
    ]);
  });

  it('should explain a lost connection and offer another try', async () => {
    await show({ connection: 'away', document: documentWith() });
    expect(page.alerts[0]).toContain("Couldn't reach the Jupyter server.");
    expect(page.alerts[0]).toContain('The figures below may be out of date.');
    await page.click('Try again');
    expect(pressed).toEqual(['refresh']);
  });

  it('should announce that it loads', async () => {
    await show({ connection: 'loading' });
    expect(page.textsOf('[role=status]')).toEqual(['Loading…']);
  });

  it('should say why the recent calls are missing', async () => {
    await show(live(), { listCalls: () => Promise.reject(new AwayError('Gone.')) });
    expect(page.alerts).toEqual(["Couldn't reach the Jupyter server."]);
  });

  it('should show the message of a problem for which it has no text', async () => {
    await show(live({ state: { level: 'degraded', problems: [wireProblem('odd', 'Odd.')] } }));
    expect(page.textsOf('.jp-LLMMeter-Note p')).toContain('Odd.');
  });

  it('should name problems and kernels that are not metered', async () => {
    await show(
      live({
        state: { level: 'degraded', problems: [GATE] },
        unmetered: [{ kernel_id: 'k1', name: 'ir', path: 'r.ipynb', reason: 'language' }]
      })
    );
    expect(page.textsOf('.jp-LLMMeter-Note strong')).toContain("Hard limits aren't enforced");
    expect(page.textsOf('.jp-LLMMeter-Note p')).toContain(
      '/x cannot be written (no room); hard limits are not enforced. Free some space, or make the folder writable.'
    );
    expect(page.textsOf('.jp-LLMMeter-Unmetered li')).toEqual([
      'r.ipynb The kernel (ir) is not a Python kernel.'
    ]);
  });

  it('should say what the sums do not include', async () => {
    const month = {
      calls: 3,
      input_tokens: 1,
      output_tokens: 1,
      unpriced_calls: 2,
      missing_calls: 1
    };
    await show(live({ month }));
    expect(page.text).toContain('2 calls this month are unpriced');
    expect(page.text).toContain('1 call this month has unknown usage');
  });

  it('should show the cost of running the notebook again, one sentence a paragraph', async () => {
    const sums = {
      calls: 1,
      openCalls: 0,
      inputTokens: 1,
      outputTokens: 1,
      cost: '0.42',
      unpricedCalls: 0,
      missingCalls: 0,
      countedCalls: 0,
      models: ['gpt-5']
    };
    const estimate = { typical: '0.42', low: '0.42', high: '0.42', runs: 1, unpricedCells: 1 };
    await show(live(), { costs: { path: 'a.ipynb', total: sums, estimate } });
    expect(page.textsOf('.jp-LLMMeter-Rerun p')).toEqual([
      'Running this notebook again costs about $0.42, based on its last run.',
      'Not included: 1 cell whose call cost is unknown.'
    ]);
  });

  it('should let the user choose what the gauge shows, and of which limit', async () => {
    const other = wireStanding({ limit: wireLimit({ id: 'user/day/calls', window: 'day' }) });
    await show(live({ standings: [wireStanding(), other] }));
    expect(page.textsOf('.jp-LLMMeter-GaugeChoice label')[0]).toContain('Gauge shows');
    await page.write('.jp-LLMMeter-GaugeChoice label:nth-of-type(1) select', 'percent');
    await page.write('.jp-LLMMeter-GaugeChoice label:nth-of-type(2) select', 'user/day/calls');
    expect(pressed).toEqual(['gaugeMode=percent', 'gaugeLimit=user/day/calls']);
  });
});
