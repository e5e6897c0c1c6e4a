import { SettingManager } from '@jupyterlab/services';

import { MeterClient } from '../../meter/client';
import { LocalMeter } from '../../local/local-meter';
import { TOTALS_ID } from '../../local/totals-settings';
import { recordWith } from '../samples';
import { Standin, until } from '../standin';

const NOW = Date.parse('2026-11-23T21:00:00Z');
const LIMITS = [{ window: 'month', unit: 'tokens', amount: 1000 }];

/** What a browser keeps for all of its tabs. */
class Browser implements Pick<Storage, 'getItem' | 'setItem'> {
  readonly items = new Map<string, string>();
  readonly held = new Set<string>();

  getItem(key: string): string | null {
    return this.items.get(key) ?? null;
  }

  setItem(key: string, value: string): void {
    this.items.set(key, value);
  }

  /** Locks of pages that are still there; `close` lets all of them go. */
  request(name: string, _: LockOptions, take: (lock: Lock | null) => unknown): Promise<unknown> {
    const isFree = !this.held.has(name);
    this.held.add(name);
    return Promise.resolve(take(isFree ? { name, mode: 'exclusive' } : null));
  }

  close(): void {
    this.held.clear();
  }
}

let server: Standin;
let meters: LocalMeter[];
let limits: unknown;

beforeEach(async () => {
  server = new Standin();
  server.hasServerExtension = false;
  await server.start();
  meters = [];
  limits = LIMITS;
});

afterEach(async () => {
  meters.forEach(meter => meter.dispose());
  await server.stop();
});

async function openPage(browser = new Browser()): Promise<LocalMeter> {
  const meter = await LocalMeter.open({
    settings: new SettingManager({ serverSettings: server.settings }),
    storage: browser as unknown as Storage,
    locks: browser as unknown as LockManager,
    timeZone: 'UTC',
    limits: () => limits,
    clock: () => NOW,
    explain: error => `not kept: ${String(error)}`
  });
  meters.push(meter);
  return meter;
}

function call(callId: string): ReturnType<typeof recordWith> {
  return recordWith({
    'llm_meter.call.id': callId,
    'gen_ai.usage.input_tokens': 100,
    'gen_ai.usage.output_tokens': 50,
    'llm_meter.cost.amount': null
  });
}

function used(meter: LocalMeter): string {
  return meter.document.standings[0].used;
}

describe('LocalMeter', () => {
  it('should count calls against the limits of the settings, once each', async () => {
    const meter = await openPage();
    meter.addCalls([call('1'), call('2'), call('1')]);
    const { standings, month } = meter.document;
    expect(standings[0]).toMatchObject({ used: '300', remaining: '700', level: 'ok' });
    expect(month).toMatchObject({ calls: 2, inputTokens: 200, outputTokens: 100 });
    expect(Number(month?.cost)).toBeGreaterThan(0);
  });

  it('should remember over a reload, also what the server has not got yet', async () => {
    const browser = new Browser();
    const before = await openPage(browser);
    before.addCalls([call('1')]);
    await before.refresh();
    before.addCalls([call('2')]);
    before.dispose();
    browser.close();
    const after = await openPage(browser);
    expect(used(after)).toBe('300');
    after.addCalls([call('3'), call('2')]);
    expect(used(after)).toBe('450');
  });

  it('should lose nothing when browsers count at the same time', async () => {
    const pages = await Promise.all([openPage(), openPage(), openPage()]);
    for (let round = 0; round < 5; round += 1) {
      pages.forEach((page, n) => page.addCalls([call(`${n}-${round}`)]));
      await Promise.all(pages.map(page => page.refresh()));
    }
    await Promise.all(pages.map(page => page.refresh()));
    expect(pages.map(used)).toEqual(['2250', '2250', '2250']);
  }, 60_000);

  it('should save what a page that is just being left has counted', async () => {
    const browser = new Browser();
    const before = await openPage(browser);
    await before.refresh();
    before.addCalls([call('1')]);
    before.dispose();
    const after = await openPage(browser);
    await after.refresh();
    expect([used(after), used(await openPage())]).toEqual(['150', '150']);
  });

  it('should pass on to other browsers, once it is opened again, what it had no time to save', async () => {
    const browser = new Browser();
    const before = await openPage(browser);
    await before.refresh();
    before.addCalls([call('1')]);
    before.dispose();
    browser.close();
    await openPage(browser);
    await until(() => server.settingTexts.get(TOTALS_ID)?.includes('llm_meter.call.id') === true);
    expect(used(await openPage())).toBe('150');
  });

  it('should find its own copy again where two browsers began at the same moment', async () => {
    const browsers = [new Browser(), new Browser()];
    const pages = await Promise.all(browsers.map(openPage));
    pages.forEach((page, n) => page.addCalls([call(`first-${n}`)]));
    await Promise.all(pages.map(page => page.refresh()));
    pages.forEach((page, n) => page.addCalls([call(`second-${n}`)]));
    pages.forEach(page => page.dispose());
    browsers.forEach(browser => browser.close());
    const again = [await openPage(browsers[0]), await openPage(browsers[1])];
    await again[0].refresh();
    await again[1].refresh();
    expect(used(again[1])).toBe('600');
  });

  it('should keep two tabs of a browser separate, and count once what both saw', async () => {
    const browser = new Browser();
    const [one, other] = [await openPage(browser), await openPage(browser)];
    one.addCalls([call('1'), call('2')]);
    other.addCalls([call('2'), call('3')]);
    await one.refresh();
    await other.refresh();
    await one.refresh();
    expect([used(one), used(other)]).toEqual(['450', '450']);
  });

  it('should show an alert in one of two browsers, and never again once it was seen', async () => {
    const [one, other] = [await openPage(), await openPage()];
    one.addCalls(Array.from({ length: 6 }, (_, n) => call(`${n}`)));
    await one.refresh();
    await other.refresh();
    const [alert] = other.document.alerts;
    expect(alert).toMatchObject({ kind: 'warning', threshold: 0.8 });
    const claims = await Promise.all([
      one.claimAlert(alert.id, 'one'),
      other.claimAlert(alert.id, 'other')
    ]);
    expect(claims.filter(Boolean)).toHaveLength(1);
    await one.acknowledgeAlert(alert.id, 'one');
    await other.refresh();
    expect(other.document.alerts).toEqual([]);
  });

  it('should keep the limits of before while those of the settings are none, and say so', async () => {
    const meter = await openPage();
    expect(meter.document.standings).toHaveLength(1);
    limits = [{ window: 'month', unit: 'tokens', amount: 0 }];
    const { standings, problems } = meter.document;
    expect(standings).toHaveLength(1);
    const error = {
      code: 'limit-amount',
      values: new Map<string, number | string>([
        ['number', 1],
        ['given', '0']
      ])
    };
    expect(problems[0].explanation?.values.get('error')).toMatchObject(error);
  });

  it('should say when the server does not keep the total, and keep it all the same', async () => {
    const meter = await openPage();
    server.failure = { status: 403, body: { message: 'read only' } };
    meter.addCalls([call('1')]);
    await meter.refresh();
    expect(meter.document.problems[0].message).toContain('not kept');
    server.failure = undefined;
    await meter.refresh();
    expect(meter.document.problems).toEqual([]);
    expect(server.settingTexts.get(TOTALS_ID)).toContain('llm_meter.call.id');
  });

  it('should not overwrite totals that it cannot read', async () => {
    const text = JSON.stringify({ totals: '{"version": 99}' });
    server.settingTexts.set(TOTALS_ID, text);
    await expect(openPage()).rejects.toThrow('later version');
    expect(server.settingTexts.get(TOTALS_ID)).toBe(text);
  });

  it('should transfer the totals once, and start from zero', async () => {
    const client = new MeterClient(server.settings);
    const browser = new Browser();
    const meter = await openPage(browser);
    meter.addCalls([call('1'), call('2')]);
    await meter.refresh();
    server.hasServerExtension = true;
    await meter.transferTotals(client);
    const other = await openPage();
    await other.transferTotals(client);
    expect(server.takeovers).toHaveLength(1);
    expect(used(other)).toBe('0');
    meter.addCalls([call('3')]);
    await until(() => used(meter) === '150');
    await meter.transferTotals(client);
    expect(server.takeovers[1].parts).toHaveLength(1);
  });

  it('should only warn at a hard limit, because local mode cannot refuse', async () => {
    limits = [{ ...LIMITS[0], amount: 100, on_exceed: 'block' }];
    const meter = await openPage();
    meter.addCalls([call('a')]);
    const { standings, alerts } = meter.document;
    expect(standings[0]).toMatchObject({ level: 'exceeded', limit: { onExceed: 'block' } });
    expect(standings[0].canRaise).toBeUndefined();
    expect(alerts.map(({ kind }) => kind)).toEqual(['exceeded']);
  });

  it('should not count a call that was refused elsewhere', async () => {
    const meter = await openPage();
    meter.addCalls([{ ...call('a'), status: 'refused' }]);
    expect(meter.document.today?.calls).toBe(0);
  });
});
