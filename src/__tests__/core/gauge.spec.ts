import { toStatusEntry, worstStanding } from '../../core/gauge';
import type { StatusEntry } from '../../core/gauge';
import type { Snapshot } from '../../core/snapshot';
import type { Wire } from '../samples';
import {
  documentWith,
  format,
  trans,
  wireDocument,
  wireLimit,
  wireStanding,
  wireTotals
} from '../samples';
import { parseStanding } from '../../core/standing';

function entryOf(snapshot: Snapshot, isCostShown = true): StatusEntry {
  return toStatusEntry(snapshot, { isCostShown }, trans, format);
}

function liveEntry(changes: Wire = {}, isCostShown = true): StatusEntry {
  return entryOf({ connection: 'live', document: documentWith(changes) }, isCostShown);
}

describe('toStatusEntry', () => {
  it('should show used, limit and cost', () => {
    expect(liveEntry()).toMatchObject({
      text: '812k / 1M tokens · $3.21',
      level: 'warning',
      ratio: 0.812345,
      isDegraded: false
    });
  });

  it('should tell everything to assistive technology and in the tooltip', () => {
    const { label, tooltip } = liveEntry();
    const fact =
      /812,345 of 1,000,000 tokens \(81%\), near the limit\. Resets Dec 1, 12:00\sAM UTC/;
    expect(label).toMatch(fact);
    expect(tooltip).toMatch(fact);
    expect(tooltip.split('\n')).toHaveLength(2);
  });

  it('should hide money when the user does not want it', () => {
    const { text, tooltip } = liveEntry({}, false);
    expect(text).toBe('812k / 1M tokens');
    expect(tooltip).not.toContain('$');
  });

  it('should mark a cost that lacks unpriced calls as a lower bound', () => {
    const month = wireTotals({ cost: '3.2112', unpriced_calls: 1 });
    expect(liveEntry({ month }).text).toBe('812k / 1M tokens · at least $3.21');
  });

  it('should show no money rather than $0 when no call was priced', () => {
    const month = wireTotals({ cost: undefined, unpriced_calls: 3 });
    const { text, tooltip } = liveEntry({ month });
    expect(text).toBe('812k / 1M tokens');
    expect(tooltip).toContain('unpriced');
  });

  it('should not show the cost of the month beside a limit of another window', () => {
    const standings = [wireStanding({ limit: wireLimit({ window: 'day' }) })];
    expect(liveEntry({ standings }).text).toBe('812k / 1M tokens');
  });

  it('should show the limit that is nearest to its end', () => {
    const dollars = wireStanding({
      limit: wireLimit({ id: 'user/day/USD', unit: 'USD', amount: '5', window: 'day' }),
      used: '4.75',
      ratio: 0.95
    });
    expect(liveEntry({ standings: [wireStanding(), dollars] }).text).toBe('$4.75 / $5.00');
  });

  it('should not let the bar run over when a limit is exceeded', () => {
    const standings = [wireStanding({ used: '2000000', ratio: 2, level: 'exceeded' })];
    expect(liveEntry({ standings })).toMatchObject({ ratio: 1, level: 'exceeded' });
  });

  it('should show tokens without a bar where no limit is set', () => {
    const entry = liveEntry({ standings: [], month: wireTotals({ input_tokens: 1200 }) });
    expect(entry.text).toBe('1.2k tokens · $0.012');
    expect(entry.ratio).toBeUndefined();
  });

  it.each([
    ['ok', 'within the limit'],
    ['warning', 'near the limit'],
    ['exceeded', 'limit reached']
  ])('should tell the level %s in words as well as by colour', (level, words) => {
    const entry = liveEntry({ standings: [wireStanding({ level })] });
    expect(entry.level).toBe(level);
    expect(entry.label).toContain(words);
  });

  it('should count calls against a limit of calls', () => {
    const limit = wireLimit({ unit: 'calls', amount: '500' });
    expect(liveEntry({ standings: [wireStanding({ limit, used: '120' })] }).text).toBe(
      '120 / 500 calls · $3.21'
    );
  });

  it('should tell of problems', () => {
    const state = { level: 'degraded', problems: [{ code: 'disk-full', message: 'Disk full.' }] };
    const entry = liveEntry({ state });
    expect(entry.isDegraded).toBe(true);
    expect(entry.tooltip).toContain('Problem: Disk full.');
  });

  it.each([
    ['loading', 'LLM Meter: loading…', false],
    ['absent', 'LLM Meter: server part not running', true],
    ['away', 'LLM Meter: no connection', true],
    ['failed', 'LLM Meter: error', true]
  ] as const)(
    'should show no figure while the connection is %s',
    (connection, text, isDegraded) => {
      const entry = entryOf({ connection });
      expect(entry).toMatchObject({ text, isDegraded, level: 'unknown' });
      expect(entry.ratio).toBeUndefined();
      expect(entry.tooltip).not.toMatch(/\d/);
    }
  );

  it('should show the figures of a page that counts alone, and say so', () => {
    const entry = entryOf({ connection: 'alone', document: documentWith() });
    expect(entry).toMatchObject({ level: 'warning', isDegraded: false });
    expect(entry.text).toMatch(/^812k \/ 1M tokens/);
    expect(entry.tooltip).toMatch(/812,345(.|\n)*no LLM Meter part/);
  });

  it('should tell what the server said went wrong', () => {
    const entry = entryOf({ connection: 'failed', reason: 'The ledger cannot be read.' });
    expect(entry.tooltip).toContain('The ledger cannot be read.');
  });

  it('should call the last figures the last known ones while the server is away', () => {
    const entry = entryOf({ connection: 'away', document: documentWith() });
    expect(entry.text).toBe('LLM Meter: no connection');
    expect(entry.tooltip).toMatch(/Last known:\n.*812,345/);
  });
});

describe('worstStanding', () => {
  it('should be none where no limit is set', () => {
    expect(worstStanding(parseStanding(wireDocument({ standings: [] })).standings)).toBeUndefined();
  });
});
