import {
  amountOf,
  bucketText,
  dimensionText,
  figureOf,
  filterText,
  gapsOf,
  inSentence,
  periodText,
  seriesText,
  stepText,
  tickText,
  trendSummary,
  unitText
} from '../../../core/dashboard/labels';
import { bucketsOf, PERIODS, spanOf, STEPS } from '../../../core/dashboard/period';
import { seriesOf, trendOf } from '../../../core/dashboard/trend';
import { parseUsage, sumOf, UNITS_SHOWN } from '../../../core/dashboard/usage-rows';
import { DIMENSIONS } from '../../../core/dashboard/view';
import { format, trans, wireTotals, words } from '../../samples';

const SPAN = spanOf({ name: 'days7' }, Date.parse('2026-11-25T12:00:00Z'), 'UTC');
const BUCKETS = bucketsOf(SPAN, 'day');
const [BUCKET] = BUCKETS;

function totalsWith(changes: Record<string, unknown>): ReturnType<typeof sumOf> {
  return sumOf(parseUsage({ rows: [wireTotals(changes)] }));
}

describe('the names in the dashboard', () => {
  it('should name every period, step, unit and dimension', () => {
    expect(PERIODS.map(name => periodText(name, trans))).toEqual([
      'Today',
      '7 days',
      '30 days',
      'This month',
      '12 months',
      'Custom'
    ]);
    expect(STEPS.map(step => stepText(step, trans))).toEqual(['Hour', 'Day', 'Week', 'Month']);
    expect(UNITS_SHOWN.map(unit => unitText(unit, trans))).toEqual(['Tokens', 'Cost', 'Calls']);
    expect(DIMENSIONS.map(dimension => dimensionText(dimension, trans))).toEqual([
      'Model',
      'Provider',
      'Notebook',
      'Cell',
      'Program',
      'Project',
      'User',
      'Team',
      'API key'
    ]);
  });

  it('should say of calls without a value what that means, in every dimension differently', () => {
    const none = DIMENSIONS.map(dimension =>
      seriesText(seriesOf(undefined, false), dimension, trans)
    );
    expect(none).toEqual([
      'unknown model',
      'unknown provider',
      'not in a notebook',
      'not in a cell',
      'no named program',
      'no project',
      'unknown user',
      'no team',
      'no API key'
    ]);
    expect(filterText({ dimension: 'team', value: '' }, trans)).toBe('no team');
  });

  it('should name the rest, and any other series by its value', () => {
    expect(seriesText(seriesOf(undefined, true), 'model', trans)).toBe('Other');
    expect(seriesText(seriesOf('gpt-5', false), 'model', trans)).toBe('gpt-5');
  });

  it('should cut the long id of a cell, and name its notebook without the folder', () => {
    const value = '0123456789abcdef';
    expect(filterText({ dimension: 'cell', value }, trans)).toBe('cell 01234567');
    expect(filterText({ dimension: 'cell', value: '0123456789ab' }, trans)).toBe(
      'cell 0123456789ab'
    );
    expect(filterText({ dimension: 'cell', value, notebook: 'a/b/c.ipynb' }, trans)).toBe(
      'c.ipynb · cell 01234567'
    );
  });

  it('should cut a name in a sentence by characters, and keep its direction apart', () => {
    expect(inSentence('gpt-5')).toBe('\u2068gpt-5\u2069');
    expect(inSentence('😀'.repeat(81))).toBe(`\u2068${'😀'.repeat(80)}…\u2069`);
  });
});

describe('amounts', () => {
  const totals = totalsWith({
    calls: 99_999,
    input_tokens: 812_345,
    output_tokens: 0,
    cost: '1.5'
  });

  it('should be exact in full', () => {
    expect(amountOf(totals, 'tokens', words)).toBe('812,345');
    expect(amountOf(totals, 'calls', words)).toBe('99,999');
    expect(amountOf(totals, 'cost', words)).toContain('$1.50');
  });

  it('should be short as a large figure, but calls stay exact up to a hundred thousand', () => {
    expect(figureOf(totals, 'tokens', words)).toBe('812k');
    expect(figureOf(totals, 'calls', words)).toBe('99,999');
    expect(figureOf(totalsWith({ calls: 100_000 }), 'calls', words)).toBe('100k');
    expect(figureOf(totals, 'cost', words)).toBe('$1.50');
  });

  it('should never show an unknown cost as zero dollars', () => {
    const unpriced = totalsWith({ calls: 2, cost: null, unpriced_calls: 2 });
    expect(figureOf(unpriced, 'cost', words)).not.toMatch(/\$/);
  });

  it('should say what a sum does not hold', () => {
    expect(gapsOf(totalsWith({ unpriced_calls: 0, missing_calls: 0 }), words)).toEqual([]);
    expect(gapsOf(totalsWith({ unpriced_calls: 1, missing_calls: 1_000 }), words)).toEqual([
      '1 call unpriced',
      '1,000 calls with unknown usage'
    ]);
  });
});

describe('steps of time', () => {
  it('should be named in full where one is pointed at', () => {
    expect(STEPS.map(step => bucketText(BUCKET, step, words))).toEqual([
      format.brief(BUCKET.from),
      format.weekday(BUCKET.from),
      `Week of ${format.day(BUCKET.from)}`,
      'Nov 2026'
    ]);
    expect(bucketText(BUCKET, 'day', words)).toBe('Thu, Nov 19');
  });

  it('should be short on the axis, with the clock only within one day', () => {
    expect(STEPS.map(step => tickText(BUCKET, step, false, format))).toEqual([
      'Nov 19',
      'Nov 19',
      'Nov 19',
      'Nov 2026'
    ]);
    expect(tickText(BUCKET, 'hour', true, format)).toBe(format.clock(BUCKET.from));
    expect(format.clock(BUCKET.from)).not.toBe('Nov 19');
  });
});

describe('trendSummary', () => {
  function rowsOf(...days: [string, string | undefined, number][]): ReturnType<typeof parseUsage> {
    return parseUsage({
      rows: days.map(([group, split, tokens]) =>
        wireTotals({ group, split, input_tokens: tokens, output_tokens: 0, calls: 1 })
      )
    });
  }

  it('should say how much in all, when the most, and which series the most', () => {
    const rows = rowsOf(['2026-11-20', 'gpt-5', 100], ['2026-11-21', 'gpt-5', 900]);
    const trend = trendOf(rows, BUCKETS, 'tokens');
    expect(trendSummary(trend, 'tokens', 'day', 'model', words)).toBe(
      'Tokens over time: 1,000 in total. Peak: 900 (Sat, Nov 21). Largest: \u2068gpt-5\u2069, 1,000.'
    );
  });

  it('should say that there are no calls', () => {
    const trend = trendOf([], BUCKETS, 'calls');
    expect(trendSummary(trend, 'calls', 'day', 'model', words)).toBe('Calls over time: no calls.');
  });
});
