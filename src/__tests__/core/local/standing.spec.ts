import { acknowledged } from '../../../core/local/alerts';
import type { LocalTotals } from '../../../core/local/local-totals';
import { EMPTY_TOTALS } from '../../../core/local/local-totals';
import type { Moment } from '../../../core/local/standing';
import { standingOf } from '../../../core/local/standing';
import { compacted, rollupOf } from '../../../core/local/rollup';
import { EMPTY_TAB_TOTALS, withCall } from '../../../core/local/tab-totals';
import { parseLimits } from '../../../core/limits/limits';
import type { Wire } from '../../samples';
import { recordWith } from '../../samples';

const NOW = Date.parse('2026-11-23T21:00:00Z');
const DAY = { window: 'day', unit: 'tokens', amount: 1000 };

let made = 0;

function totalsOf(...calls: Wire[]): LocalTotals {
  const part = calls
    .map(call => recordWith({ 'llm_meter.call.id': `call-${(made += 1)}`, ...call }))
    .reduce(withCall, EMPTY_TAB_TOTALS);
  return { ...EMPTY_TOTALS, parts: new Map([['tab', part]]) };
}

function momentWith(limits: unknown[], changes: Partial<Moment> = {}): Moment {
  return {
    limits: parseLimits(limits, 'UTC'),
    now: NOW,
    timeZone: 'UTC',
    problems: [],
    seq: 1,
    ...changes
  };
}

function tokens(input: number, changes: Wire = {}): Wire {
  return { 'gen_ai.usage.input_tokens': input, 'gen_ai.usage.output_tokens': 0, ...changes };
}

const PRICED = {
  'llm_meter.cost.amount': '0.25',
  'llm_meter.cost.currency': 'USD',
  'llm_meter.cost.source': 'provider'
};

describe('standingOf', () => {
  it('should count the calls of the window, and no others', () => {
    const totals = totalsOf(
      tokens(300),
      tokens(200, { 'llm_meter.call.started_at': '2026-11-22T23:59:59.000000Z' })
    );
    const [standing] = standingOf(totals, momentWith([DAY])).standings;
    expect(standing).toMatchObject({
      used: '300',
      remaining: '700',
      reserved: '0',
      ratio: 0.3,
      level: 'ok',
      windowStart: '2026-11-23T00:00:00.000Z',
      resetsAt: '2026-11-24T00:00:00.000Z'
    });
  });

  it('should count calls and dollars, and a total that never resets', () => {
    const totals = totalsOf(tokens(1, PRICED), tokens(1, PRICED), tokens(1));
    const limits = [
      { window: 'day', unit: 'calls', amount: 10 },
      { window: 'total', unit: 'USD', amount: 2 }
    ];
    const [calls, dollars] = standingOf(totals, momentWith(limits)).standings;
    expect([calls.used, dollars.used, dollars.resetsAt]).toEqual(['3', '0.50', undefined]);
  });

  it('should only warn where a limit blocks, since nothing can be refused', () => {
    const [standing] = standingOf(
      totalsOf(tokens(1100)),
      momentWith([{ ...DAY, on_exceed: 'block' }])
    ).standings;
    expect(standing).toMatchObject({ level: 'exceeded', remaining: '0' });
  });

  it('should show the named subject of a limit at zero, else each that used something', () => {
    const totals = totalsOf(
      tokens(5, { 'gen_ai.request.model': 'b' }),
      tokens(7, { 'gen_ai.request.model': 'a' })
    );
    const limits = [
      { ...DAY, scope: 'model', value: 'unused' },
      { ...DAY, scope: 'model' }
    ];
    const { standings } = standingOf(totals, momentWith(limits));
    expect(standings.map(({ subject, used }) => [subject, used])).toEqual([
      ['unused', '0'],
      ['a', '7'],
      ['b', '5']
    ]);
  });

  it('should raise alerts with the notebook that used the most, until they are acknowledged', () => {
    const totals = totalsOf(
      tokens(300, { 'llm_meter.notebook.path': 'small.ipynb' }),
      tokens(400, { 'llm_meter.notebook.path': 'large.ipynb' }),
      tokens(500)
    );
    const { alerts } = standingOf(totals, momentWith([DAY]));
    expect(alerts).toMatchObject([
      { kind: 'exceeded', threshold: 1, used: '1200', amount: '1000', topNotebook: 'large.ipynb' }
    ]);
    const [{ id }] = alerts;
    const seen = { ...totals, alerts: new Map([[id, acknowledged(undefined, 'tab', NOW)]]) };
    expect(standingOf(seen, momentWith([DAY])).alerts).toEqual([]);
  });

  it('should name no notebook for calls outside of one, and raise alerts of a total', () => {
    const limit = { window: 'total', unit: 'tokens', amount: 10 };
    const [alert] = standingOf(totalsOf(tokens(12)), momentWith([limit])).alerts;
    expect(alert).toMatchObject({ topNotebook: undefined, resetsAt: undefined });
  });

  it('should sum up today and this month, and leave out a cost that is not known', () => {
    const earlier = { 'llm_meter.call.started_at': '2026-11-02T10:00:00.000000Z' };
    const { today, month } = standingOf(
      totalsOf(tokens(5), tokens(7, { ...PRICED, ...earlier })),
      momentWith([])
    );
    expect(today).toEqual({
      calls: 1,
      inputTokens: 5,
      outputTokens: 0,
      unpricedCalls: 1,
      missingCalls: 0
    });
    expect(month).toMatchObject({ calls: 2, inputTokens: 12, cost: '0.25' });
    expect(standingOf(EMPTY_TOTALS, momentWith([])).today).toMatchObject({ calls: 0 });
  });

  it('should be degraded where there is a problem, and carry its number', () => {
    const problems = [{ code: 'local-mode', message: 'No server extension.' }];
    const document = standingOf(EMPTY_TOTALS, momentWith([DAY], { problems, seq: 7 }));
    expect(document).toMatchObject({ isDegraded: true, problems, seq: 7 });
    expect(standingOf(EMPTY_TOTALS, momentWith([DAY])).isDegraded).toBe(false);
  });
});

describe('compacted', () => {
  it('should keep sums of long ago by the day, and newer ones by the quarter hour', () => {
    const at = (time: string): ReturnType<typeof rollupOf> =>
      rollupOf(recordWith({ 'llm_meter.call.started_at': time }));
    const old = [at('2026-01-02T10:00:00.000000Z'), at('2026-01-02T20:00:00.000000Z')];
    const fresh = [at('2026-11-23T10:00:00.000000Z'), at('2026-11-23T20:00:00.000000Z')];
    const sums = compacted([...old, ...fresh], NOW);
    expect(sums.map(({ calls }) => calls)).toEqual([2, 1, 1]);
    expect(new Date(sums[0].quarter).toISOString()).toBe('2026-01-02T00:00:00.000Z');
  });
});
