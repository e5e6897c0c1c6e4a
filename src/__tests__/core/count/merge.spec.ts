import { mergeBytes } from '../../../core/count/merge';
import type { Ranks } from '../../../core/count/ranks';
import { RanksError, unpackRanks } from '../../../core/count/ranks';

/** A vocabulary in which each text's rank is its place. */
function ranksOf(...tokens: readonly string[]): Ranks {
  return unpackRanks(`! 0 ${tokens.map(token => btoa(token)).join(' ')}\n`);
}

describe('mergeBytes', () => {
  it('should merge the lowest rank first, and of equals the leftmost', () => {
    const ranks = ranksOf('a', 'b', 'c', 'bc', 'ab', 'aa');
    expect(mergeBytes('abc', ranks)).toEqual([0, 3]);
    expect(mergeBytes('aaa', ranks)).toEqual([5, 0]);
  });

  it('should keep a single byte', () => {
    expect(mergeBytes('a', ranksOf('a'))).toEqual([0]);
  });

  it('should give for a long piece what it gives for its like in short', () => {
    const ranks = ranksOf('a', 'b', 'ab', 'ba', 'aba', 'abab', 'bb');
    // Nothing merges across two `a`, so that the long piece is the short one over and over.
    const short = mergeBytes('ababba', ranks);
    expect(mergeBytes('ababba'.repeat(50), ranks)).toEqual(
      Array.from({ length: 50 }, () => short).flat()
    );
  });
});

describe('unpackRanks', () => {
  it('should number the tokens of a line from its first rank', () => {
    const { byBytes, longest } = unpackRanks('! 5 YQ== YmM=\n! 9 /w==\n');
    expect([...byBytes]).toEqual([
      ['a', 5],
      ['bc', 6],
      ['\u00ff', 9]
    ]);
    expect(longest).toBe(2);
  });

  it('should refuse a text that is not a rank file', () => {
    expect(() => unpackRanks('<html>')).toThrow(RanksError);
  });
});
