import {
  estimateOf,
  estimateSentences,
  exceeds,
  questionSentences
} from '../../../core/words/rerun';
import type { Sums } from '../../../core/record/run-sums';
import { NOTHING } from '../../../core/record/run-sums';
import { withoutMoney, words } from '../../samples';

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

describe('estimateSentences', () => {
  const estimate = { typical: '0.42', low: '0.31', high: '0.6', runs: 5, unpricedCells: 0 };

  it('should say the amount, its range and how many runs it rests on', () => {
    expect(estimateSentences(estimate, words)).toEqual([
      'Running this notebook again costs about $0.42 ($0.31 to $0.60), based on its last 5 runs.'
    ]);
  });

  it('should give no range where there is none, and say what is not included', () => {
    const single = { typical: '0.42', low: '0.42', high: '0.42', runs: 1, unpricedCells: 2 };
    expect(estimateSentences(single, words)).toEqual([
      'Running this notebook again costs about $0.42, based on its last run.',
      'Not included: 2 cells whose call cost is unknown.'
    ]);
  });

  it('should say nothing where the user hides money', () => {
    expect(estimateSentences(estimate, withoutMoney)).toEqual([]);
  });

  it.each([
    [0.42, false],
    [0.41, true]
  ])('should exceed %d: %p', (amount, expected) => {
    expect(exceeds(estimate, amount)).toBe(expected);
  });
});

describe('questionSentences', () => {
  const estimate = { typical: '0.42', low: '0.42', high: '0.42', runs: 1, unpricedCells: 0 };

  it('should say what the run costs, and the amount that the user set', () => {
    expect(questionSentences(estimate, '0.25', words)).toEqual([
      'Running this notebook again costs about $0.42, based on its last run.',
      'You asked to confirm runs above $0.25.'
    ]);
  });

  it('should say why it asks without an amount where the user hides money', () => {
    expect(questionSentences(estimate, '0.25', withoutMoney)).toEqual([
      'This run is likely to cost more than the amount above which you asked to confirm.'
    ]);
  });
});
