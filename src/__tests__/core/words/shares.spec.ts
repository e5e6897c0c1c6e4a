import { sharesOf } from '../../../core/words/shares';
import { format } from '../../samples';

function textsOf(parts: readonly number[]): readonly string[] {
  return sharesOf(parts).map(share => format.percent(share));
}

describe('sharesOf', () => {
  it.each([
    [
      [2, 1],
      ['67%', '33%']
    ],
    [
      [1, 1, 1],
      ['34%', '33%', '33%']
    ],
    [[5], ['100%']],
    [
      [1, 1, 1, 1, 1, 1],
      ['17%', '17%', '17%', '17%', '16%', '16%']
    ],
    [
      [1, 1, 1, 1, 1, 1, 1],
      ['15%', '15%', '14%', '14%', '14%', '14%', '14%']
    ],
    [
      [996, 4],
      ['99%', '<1%']
    ],
    [
      [998, 1, 1],
      ['99%', '<1%', '<1%']
    ],
    [
      [501, 497, 2],
      ['50%', '50%', '<1%']
    ],
    [
      [99, 1, 0],
      ['99%', '1%', '0%']
    ],
    [
      [29, 57, 14],
      ['29%', '57%', '14%']
    ]
  ])('should divide %j as %j', (parts, texts) => {
    expect(textsOf(parts)).toEqual(texts);
  });

  it('should add up to 100 percent for any parts', () => {
    for (let seed = 1; seed <= 200; seed += 1) {
      const parts = Array.from(
        { length: (seed % 11) + 1 },
        (_, at) => (seed * 7919 * (at + 1)) % 997
      );
      const sum = sharesOf(parts).reduce((all, share) => all + Math.round(share * 100), 0);
      expect(textsOf(parts).filter((text, at) => parts[at] > 0 && text === '0%')).toEqual([]);
      expect([parts, sum]).toEqual([parts, 100]);
    }
  });

  it('should give nothing to anyone where there is nothing', () => {
    expect(sharesOf([0, 0])).toEqual([0, 0]);
    expect(sharesOf([])).toEqual([]);
  });
});
