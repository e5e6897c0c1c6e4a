import { parseUsage, sumOf, valueOf } from '../../../core/dashboard/usage-rows';
import { ShapeError } from '../../../core/record/shape';
import { wireTotals } from '../../samples';

const PRICED = wireTotals({ calls: 2, input_tokens: 30, output_tokens: 4, cost: '0.1' });

describe('parseUsage', () => {
  it('should read a group, its split, its notebook and whether it is the rest', () => {
    const wire = { ...PRICED, group: 'cell-1', split: 'gpt-5', notebook: 'a.ipynb', is_rest: true };
    expect(parseUsage({ rows: [wire, PRICED] })).toMatchObject([
      { group: 'cell-1', split: 'gpt-5', notebook: 'a.ipynb', isRest: true, calls: 2 },
      { isRest: false, inputTokens: 30, outputTokens: 4, cost: '0.1' }
    ]);
  });

  it('should refuse what breaks the contract', () => {
    expect(() => parseUsage({ rows: [{ ...PRICED, calls: 'two' }] })).toThrow(ShapeError);
    expect(() => parseUsage({})).toThrow(ShapeError);
  });
});

describe('sumOf', () => {
  const [priced, unpriced] = parseUsage({
    rows: [PRICED, { ...PRICED, cost: null, unpriced_calls: 2 }]
  });

  it('should add up every figure, and costs without rounding', () => {
    const dear = { ...priced, cost: '0.2' };
    expect(sumOf([priced, dear])).toMatchObject({ calls: 4, inputTokens: 60, cost: '0.3' });
  });

  it('should keep the known cost beside an unknown one, and never make it zero', () => {
    expect(sumOf([unpriced, priced])).toMatchObject({ cost: '0.1', unpricedCalls: 2 });
    expect(sumOf([priced, unpriced]).cost).toBe('0.1');
    expect(sumOf([unpriced]).cost).toBeUndefined();
    expect(sumOf([])).toMatchObject({ calls: 0, inputTokens: 0 });
  });
});

describe('valueOf', () => {
  it('should be the length of a bar in each unit', () => {
    const totals = sumOf(parseUsage({ rows: [PRICED] }));
    expect(valueOf(totals, 'tokens')).toBe(34);
    expect(valueOf(totals, 'cost')).toBe(0.1);
    expect(valueOf(totals, 'calls')).toBe(2);
    expect(valueOf({ ...totals, cost: undefined }, 'cost')).toBe(0);
  });
});
