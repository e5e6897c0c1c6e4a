import { readTotals } from '../../../core/record/standing-reader';
import { Shape } from '../../../core/record/shape';
import { amountText, callsText, costText, limitTitle } from '../../../core/words/wording';
import type { Wire } from '../../samples';
import { documentWith, trans, wireLimit, wireStanding, wireTotals, words } from '../../samples';

function titleOf(limit: Wire, subject?: string): string {
  const standings = [wireStanding({ limit: wireLimit(limit), subject })];
  const [standing] = documentWith({ standings }).standings;
  return limitTitle(standing.limit, standing.subject, trans);
}

function costOf(changes: Wire): string {
  return costText(readTotals(new Shape(wireTotals(changes), 'today')), words);
}

describe('limitTitle', () => {
  it.each([
    ['hour', 'This hour'],
    ['day', 'Today'],
    ['week', 'This week'],
    ['month', 'This month'],
    ['total', 'All time']
  ])('should name the window %s', (window, title) => {
    expect(titleOf({ window }, 'alice')).toBe(title);
  });

  it.each(['team', 'key', 'project', 'notebook', 'kernel', 'model', 'provider'])(
    'should name the %s that a limit is about',
    scope => {
      expect(titleOf({ scope }, 'x')).toBe(`This month, ${scope} x`);
    }
  );

  it('should name only the window when it is about no one subject', () => {
    expect(titleOf({ scope: 'team' })).toBe('This month');
  });

  it('should fall back on the value that the limit names', () => {
    expect(titleOf({ scope: 'model', value: 'gpt-5' })).toBe('This month, model gpt-5');
  });
});

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
