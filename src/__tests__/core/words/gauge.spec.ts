import { worstStanding } from '../../../core/words/figure';
import { toStatusEntry } from '../../../core/words/gauge';
import type { GaugeOptions, StatusEntry } from '../../../core/words/gauge';
import type { Snapshot } from '../../../core/record/snapshot';
import type { Wire } from '../../samples';
import {
  documentWith,
  wireBlocked,
  wireDocument,
  wireLimit,
  wireStanding,
  wireTotals,
  withoutMoney,
  words,
  wireProblem
} from '../../samples';
import { parseStanding } from '../../../core/record/standing-reader';

const OPTIONS: GaugeOptions = {
  gaugeMode: 'auto',
  areOutputsScanned: true
};

function entryOf(
  snapshot: Snapshot,
  options: Partial<GaugeOptions> = {},
  chosen = words
): StatusEntry {
  return toStatusEntry(snapshot, { ...OPTIONS, ...options }, chosen);
}

function liveEntry(changes: Wire = {}, options: Partial<GaugeOptions> = {}): StatusEntry {
  return entryOf({ connection: 'live', document: documentWith(changes) }, options);
}

const DOLLARS = wireStanding({
  limit: wireLimit({ id: 'user/day/USD', unit: 'USD', amount: 5, window: 'day' }),
  used: '4.75',
  remaining: '0.25',
  ratio: 0.95
});

describe('toStatusEntry', () => {
  it('should show a bar and what is used', () => {
    expect(liveEntry()).toMatchObject({
      text: '812k tokens',
      level: 'warning',
      ratio: 0.812345,
      isDegraded: false,
      signs: ['warning']
    });
  });

  it.each([
    ['tokens', '812k tokens'],
    ['cost', '$3.21 this month'],
    ['remaining', '187k tokens left'],
    ['percent', '81%']
  ] as const)('should show %s as %p', (gaugeMode, text) => {
    expect(liveEntry({}, { gaugeMode }).text).toBe(text);
  });

  it.each([
    ['auto', '$4.75'],
    ['tokens', '12 tokens today'],
    ['cost', '$4.75'],
    ['remaining', '$0.25 left'],
    ['percent', '95%']
  ] as const)('should show %s beside a limit in dollars as %p', (gaugeMode, text) => {
    expect(liveEntry({ standings: [DOLLARS] }, { gaugeMode }).text).toBe(text);
  });

  it.each(['auto', 'cost', 'remaining'] as const)(
    'should show no money in the mode %s when the user hides it',
    gaugeMode => {
      const document = documentWith({ standings: [DOLLARS] });
      const { text, label, tooltip } = entryOf(
        { connection: 'live', document },
        { gaugeMode },
        withoutMoney
      );
      expect(text).toBe('95%');
      expect(label + tooltip).not.toContain('$');
    }
  );

  it('should follow the chosen limit, and still say that another one refuses calls', () => {
    const standings = [wireBlocked(), DOLLARS];
    const entry = liveEntry({ standings }, { gaugeLimit: 'user/day/USD' });
    expect(entry).toMatchObject({ text: '$4.75', ratio: 0.95, barLevel: 'warning' });
    expect(entry).toMatchObject({ level: 'blocked', signs: ['blocked'] });
  });

  it('should follow the nearest limit when the chosen one is no longer set', () => {
    expect(liveEntry({}, { gaugeLimit: 'user/day/calls' }).text).toBe('812k tokens');
  });

  it('should say of the current notebook that it is not metered, and why', () => {
    const unmetered = [{ kernel_id: 'k1', name: 'ir', path: 'r.ipynb', reason: 'language' }];
    const entry = liveEntry({ unmetered }, { place: { path: 'a.ipynb', kernelId: 'k1' } });
    expect(entry).toMatchObject({ text: 'Not metered', signs: ['warning', 'unmetered'] });
    expect(entry.tooltip).toMatch(
      /^r\.ipynb is not metered: The kernel \(ir\).*\nOnly usage printed in its outputs/
    );
    expect(entry.tooltip).toContain('812,345');
    expect(liveEntry({ unmetered }, { place: { path: 'a.ipynb', kernelId: 'k2' } }).text).toBe(
      '812k tokens'
    );
  });

  it('should show calls under way and count none of them', () => {
    const call = { callId: '1', startedAt: '2026-11-23T20:00:00Z', model: 'gpt-5', pieces: 120 };
    const document = documentWith();
    const entry = entryOf({ connection: 'live', document, underWay: [call] });
    expect(entry).toMatchObject({ text: '812k tokens', isUnderWay: true });
    expect(entry.label).toContain('1 call in progress: gpt-5, about 120 chunks so far');
  });

  it.each([
    ['0.0.9', /server extension is version 0\.0\.9, but this page is version/],
    [undefined, /server extension is older than this page/]
  ])('should say that the version %p of the server extension is not its own', (version, fact) => {
    expect(liveEntry({ version }).tooltip).toMatch(fact);
    expect(liveEntry().tooltip).not.toMatch(/version/);
  });

  it('should say that events do not arrive', () => {
    const document = documentWith();
    const entry = entryOf({ connection: 'live', document, areEventsMissing: true });
    expect(entry.tooltip).toContain("Live updates aren't reaching this page");
  });

  it("should leave out another project's limit, which no call from here counts towards", () => {
    const limit = wireLimit({ id: 'p', scope: 'project', on_exceed: 'block' });
    const other = wireStanding({ limit, subject: 'billing', level: 'blocked', ratio: 1 });
    const standings = [other, wireStanding()];
    const here = liveEntry({ standings }, { place: { path: 'vision/a.ipynb', project: 'vision' } });
    expect(here).toMatchObject({ level: 'warning', barLevel: 'warning', text: '812k tokens' });
    expect(here.tooltip).not.toContain('billing');
    const there = { path: 'billing/b.ipynb', project: 'billing' };
    expect(liveEntry({ standings }, { place: there }).level).toBe('blocked');
    const chosen = liveEntry({ standings }, { gaugeLimit: 'p' });
    expect(chosen).toMatchObject({ level: 'warning', barLevel: 'blocked' });
  });

  it('should name another user whose limit is shown', () => {
    const limit = wireLimit({ scope: 'team' });
    const standings = [
      wireStanding({ limit, subject: 'research' }),
      wireStanding({ subject: 'bob' })
    ];
    const owner = { user: 'alice', team: 'research' };
    const { tooltip } = liveEntry({ standings, owner });
    expect(tooltip).toContain('Team research this month');
    expect(tooltip).not.toContain('bob');
  });

  it('should keep a hostile name to itself and short', () => {
    const name = `\u05d0\u202e<b>${'x'.repeat(500)}`;
    const limit = wireLimit({ id: 'n', scope: 'notebook' });
    const standings = [wireStanding({ limit, subject: name })];
    const { tooltip } = liveEntry({ standings }, { place: { path: name } });
    expect(tooltip).toMatch(/Notebook \u2068\u05d0\u202e<b>x+…x+\u2069 this month:/);
    expect(tooltip.length).toBeLessThan(350);
  });

  it('should say everything to assistive technology and in the tooltip', () => {
    const { label, tooltip } = liveEntry();
    const fact = /812,345 of 1,000,000 tokens \(81%\), near the limit\nResets Dec 1, 12:00\sAM UTC/;
    expect(label).toMatch(fact);
    expect(tooltip).toMatch(fact);
    expect(tooltip.split('\n')).toHaveLength(3);
  });

  it('should mark a cost that lacks unpriced calls as a lower bound', () => {
    const month = wireTotals({ cost: '3.2112', unpriced_calls: 1 });
    expect(liveEntry({ month }, { gaugeMode: 'cost' }).text).toBe('at least $3.21 this month');
  });

  it('should say unpriced rather than $0 when no call was priced', () => {
    const month = wireTotals({ cost: undefined, unpriced_calls: 3 });
    const { text, tooltip } = liveEntry({ month }, { gaugeMode: 'cost' });
    expect(text).toBe('unpriced this month');
    expect(tooltip).toContain('unpriced');
  });

  it('should show the limit that is nearest to its end', () => {
    expect(liveEntry({ standings: [wireStanding(), DOLLARS] }).text).toBe('$4.75');
  });

  it('should not let the bar run over when a limit is exceeded', () => {
    const standings = [wireStanding({ used: '2000000', ratio: 2, level: 'exceeded' })];
    expect(liveEntry({ standings })).toMatchObject({ ratio: 1, level: 'exceeded' });
  });

  it('should show tokens without a bar where no limit is set', () => {
    const entry = liveEntry({ standings: [], month: wireTotals({ input_tokens: 1200 }) });
    expect(entry.text).toBe('1.2k tokens this month');
    expect(entry.ratio).toBeUndefined();
  });

  it.each([
    ['ok', 'within the limit'],
    ['warning', 'near the limit'],
    ['exceeded', 'limit reached'],
    ['blocked', 'limit reached, calls are refused']
  ])('should show the level %s in words as well as by colour', (level, words) => {
    const entry = liveEntry({ standings: [wireStanding({ level })] });
    expect(entry.level).toBe(level);
    expect(entry.label).toContain(words);
  });

  it('should show the amount in force and where it is heading', () => {
    const { text, label, level } = liveEntry({ standings: [wireBlocked()] });
    expect(level).toBe('blocked');
    expect(text).toBe('1.05M tokens');
    expect(label).toMatch(/At this pace, 123% by Dec 1; limit reached Nov 28, 2:00\sPM/);
  });

  it('should show the limit that refuses calls before one that is past its amount further', () => {
    const dollars = wireStanding({
      limit: wireLimit({ id: 'user/day/USD', unit: 'USD', amount: 5, window: 'day' }),
      used: '10',
      ratio: 2,
      level: 'exceeded'
    });
    const standings = [dollars, wireBlocked(), dollars];
    expect(liveEntry({ standings }).level).toBe('blocked');
  });

  it('should say how many limits it does not name', () => {
    expect(liveEntry({ more_standings: 12 }).tooltip).toContain('and 12 more limits');
    expect(liveEntry().tooltip).not.toContain('more');
  });

  it('should count calls against a limit of calls', () => {
    const limit = wireLimit({ unit: 'calls', amount: 500 });
    expect(liveEntry({ standings: [wireStanding({ limit, used: '120' })] }).text).toBe('120 calls');
  });

  it('should show problems', () => {
    const state = { level: 'degraded', problems: [wireProblem('disk-full', 'Disk full.')] };
    const entry = liveEntry({ state });
    expect(entry.isDegraded).toBe(true);
    expect(entry.tooltip).toContain('Problem: Disk full.');
  });

  it.each([
    ['loading', 'Loading…', false],
    ['absent', 'Not running', true],
    ['away', 'Disconnected', true],
    ['failed', 'Error', true]
  ] as const)(
    'should show no figure while the connection is %s',
    (connection, text, isDegraded) => {
      const entry = entryOf({ connection });
      expect(entry).toMatchObject({ text, isDegraded, level: 'unknown' });
      expect(entry.ratio).toBeUndefined();
      expect(entry.tooltip).not.toMatch(/\d/);
    }
  );

  it('should show the totals of local mode, and say so', () => {
    const entry = entryOf({ connection: 'local', document: documentWith() });
    expect(entry).toMatchObject({ level: 'warning', isDegraded: false });
    expect(entry.text).toBe('812k tokens');
    expect(entry.tooltip).toMatch(/812,345(.|\n)*server extension isn't running/);
  });

  it('should say what the server said went wrong', () => {
    const entry = entryOf({ connection: 'failed', reason: 'The ledger cannot be read.' });
    expect(entry.tooltip).toContain('The ledger cannot be read.');
  });

  it('should call the last figures the last known ones while the server is away', () => {
    const entry = entryOf({ connection: 'away', document: documentWith() });
    expect(entry.text).toBe('Disconnected');
    expect(entry.tooltip).toMatch(/Last known:\n.*812,345/);
  });
});

describe('worstStanding', () => {
  it('should be none where no limit is set', () => {
    expect(worstStanding(parseStanding(wireDocument({ standings: [] })).standings)).toBeUndefined();
  });
});
