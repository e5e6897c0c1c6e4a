import { readTotals } from '../../../core/record/standing-reader';
import { Shape } from '../../../core/record/shape';
import { amountText, callsText, costText } from '../../../core/words/wording';
import type { Wire } from '../../samples';
import { wireTotals, words } from '../../samples';

function costOf(changes: Wire): string | undefined {
  return costText(readTotals(new Shape(wireTotals(changes), 'today')), words);
}

describe('costText', () => {
  it.each([
    [{ cost: '3.2112' }, '$3.21'],
    [{ cost: '3.2112', unpriced_calls: 1 }, 'at least $3.21'],
    [{ cost: '3.2112', missing_calls: 1 }, 'at least $3.21'],
    [{ cost: undefined, unpriced_calls: 3 }, 'unpriced'],
    [{ cost: undefined, missing_calls: 3 }, 'unknown'],
    [{ cost: undefined, calls: 0 }, '$0.00']
  ])('should show %p as %s', (changes, text) => {
    expect(costOf(changes)).toBe(text);
  });
});

describe('amountText', () => {
  it.each([
    ['1000000', 'tokens', '1,000,000 tokens'],
    ['1', 'calls', '1 call'],
    ['5', 'USD', '$5.00']
  ] as const)('should tell %s %s', (amount, unit, text) => {
    expect(amountText(amount, unit, words)).toBe(text);
  });
});

describe('callsText', () => {
  it('should use the plural', () => {
    expect([1, 1200].map(calls => callsText(calls, words))).toEqual(['1 call', '1,200 calls']);
  });
});
