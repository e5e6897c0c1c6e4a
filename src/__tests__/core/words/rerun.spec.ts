import { estimateSentences, questionSentences } from '../../../core/words/rerun';
import { withoutMoney, words } from '../../samples';

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
