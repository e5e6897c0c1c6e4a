import { bucketsOf, spanOf } from '../../../core/dashboard/period';
import { gapsOf, inSentence, seriesText, trendSummary } from '../../../core/dashboard/labels';
import { colourSeries, MOST_SERIES, seriesOf, trendOf } from '../../../core/dashboard/trend';
import { parseUsage, sumOf } from '../../../core/dashboard/usage-rows';
import { costText } from '../../../core/words/wording';
import type { Wire } from '../../samples';
import { trans, wireTotals, words } from '../../samples';

const buckets = bucketsOf(
  spanOf({ name: 'days7' }, Date.parse('2026-11-25T12:00:00Z'), 'UTC'),
  'day'
);

const rows = parseUsage({
  rows: [
    row('2026-11-20', { split: 'small', input_tokens: 100, output_tokens: 0 }),
    row('2026-11-20', { split: 'large', input_tokens: 900, output_tokens: 0, cost: null }),
    row('2026-11-22', { is_rest: true, input_tokens: 5_000, output_tokens: 0 }),
    row('2026-11-22', { input_tokens: 300, output_tokens: 0 })
  ]
});

function row(group: string, changes: Wire): Wire {
  return wireTotals({ group, calls: 1, cost: '0.1', ...changes });
}

describe('trendOf', () => {
  const trend = trendOf(rows, buckets, 'tokens');

  it('should have a column for each step, including those without calls', () => {
    expect(trend.columns.map(({ totals }) => totals.calls)).toEqual([0, 2, 0, 2, 0, 0, 0]);
  });

  it('should put the largest series first and the rest last, however large', () => {
    expect(trend.series.map(({ id }) => id)).toEqual(['=large', 'none', '=small', 'rest']);
  });

  it('should not take a model called rest for the rest', () => {
    expect(seriesOf('rest', false).id).not.toBe(seriesOf(undefined, true).id);
  });

  it('should say in words what the picture shows', () => {
    const summary = trendSummary(trend, 'tokens', 'day', 'model', words);
    expect(summary).toContain('6,300 in total');
    expect(summary).toContain('Peak: 5,300 (Sun, Nov 22)');
    expect(summary).toContain('large');
  });
});

describe('sumOf', () => {
  it('should add money to the last digit and keep an unknown cost unknown', () => {
    const priced = parseUsage({ rows: [row('a', { cost: '0.1' }), row('b', { cost: '0.2' })] });
    expect(sumOf(priced).cost).toBe('0.3');
    expect(sumOf(parseUsage({ rows: [row('a', { cost: null })] })).cost).toBeUndefined();
  });

  it('should carry what the sum does not hold', () => {
    const sum = sumOf(parseUsage({ rows: [row('a', { unpriced_calls: 3, missing_calls: 2 })] }));
    expect(gapsOf(sum, words)).toEqual(['3 calls unpriced', '2 calls with unknown usage']);
    expect(costText(sum, words)).toBe('at least $0.10');
  });

  it('should name the place of a row that breaks the contract', () => {
    expect(() => parseUsage({ rows: [row('a', { calls: -1 })] })).toThrow('answer.rows[0].calls');
  });
});

describe('colourSeries', () => {
  const [a, b, c] = ['a', 'b', 'c'].map(name => seriesOf(name, false));

  it('should leave each series its colour when the order changes', () => {
    const before = colourSeries(new Map(), [a, b]);
    const after = colourSeries(before, [c, b, a]);
    expect(after.get(a.id)).toBe(before.get(a.id));
    expect(after.get(b.id)).toBe(before.get(b.id));
    expect(new Set(after.values()).size).toBe(3);
  });

  it('should remember the colours of those out of sight', () => {
    const before = colourSeries(new Map(), [a, b]);
    expect(colourSeries(colourSeries(before, [b]), [a, b]).get(a.id)).toBe(before.get(a.id));
  });

  it('should never show two series in one colour', () => {
    const names = [...Array(MOST_SERIES + 3).keys()].map(at => seriesOf(`m${at}`, false));
    const first = colourSeries(new Map(), names);
    const shown = names.slice(3);
    const colours = colourSeries(first, shown);
    expect(new Set(shown.map(({ id }) => colours.get(id))).size).toBe(MOST_SERIES);
  });
});

describe('names out of the ledger', () => {
  it('should say what it means that there is none', () => {
    expect(seriesText(seriesOf(undefined, false), 'notebook', trans)).toBe('not in a notebook');
    expect(seriesText(seriesOf(undefined, true), 'model', trans)).toBe('Other');
  });

  it('should be cut in sentences without breaking a character, and not turn the text around them', () => {
    const name = inSentence('🦙'.repeat(500));
    expect(name).toBe(`\u2068${'🦙'.repeat(80)}…\u2069`);
  });
});
