import { estimateOf, exceeds } from '../../../core/record/rerun';
import type { Sums } from '../../../core/record/run-sums';
import { NOTHING } from '../../../core/record/run-sums';

function priced(...costs: string[]): readonly Sums[] {
  return costs.map(cost => ({ ...NOTHING, calls: 1, cost }));
}

const UNPRICED: Sums = { ...NOTHING, calls: 1, unpricedCalls: 1 };

describe('estimateOf', () => {
  it('should sum the medians of the cells, from the sum of lows to the sum of highs', () => {
    const cells = [priced('0.10', '0.30', '0.20'), priced('1', '2'), []];
    expect(estimateOf(cells)).toEqual({
      typical: '1.70',
      low: '1.10',
      high: '2.30',
      runs: 3,
      unpricedCells: 0
    });
  });

  it('should leave out runs with unpriced calls, and count cells without another run', () => {
    const partly = { ...priced('0.01')[0], calls: 2, missingCalls: 1 };
    const cells = [[...priced('0.5'), partly], [UNPRICED]];
    expect(estimateOf(cells)).toEqual({
      typical: '0.5',
      low: '0.5',
      high: '0.5',
      runs: 1,
      unpricedCells: 1
    });
  });

  it.each([[[]], [[[]]], [[[UNPRICED]]]])('should know nothing from %j', cells => {
    expect(estimateOf(cells)).toBeUndefined();
  });
});

describe('exceeds', () => {
  const estimate = { typical: '0.42', low: '0.31', high: '0.6', runs: 5, unpricedCells: 0 };

  it.each([
    [0.42, false],
    [0.41, true]
  ])('should exceed %d: %p', (amount, expected) => {
    expect(exceeds(estimate, amount)).toBe(expected);
  });
});
