import { areLimits, namesTokens, speaksOfTokens } from '../../../core/scan/about';

describe('what a line is about', () => {
  it.each([
    'Tokens: 12 in, 3 out',
    'gpt-5: 12 in, 3 out',
    'prompt 12, completion 3',
    'Input: 12 | Output: 3 | Total: 15',
    'Call cost $0.01 (12 in + 3 out)'
  ])('should be tokens in %s', line => {
    expect(speaksOfTokens(line)).toBe(true);
  });

  it.each(['12 in, 3 out', 'Cash in: 12, cash out: 3', 'eth0 in 12 out 3 total 15'])(
    'should not be tokens in %s',
    line => {
      expect(speaksOfTokens(line)).toBe(false);
    }
  );

  it('should not be tokens where they are in a price or a secret alone', () => {
    expect(namesTokens('12 in, 3 out at $0.40 per 1M tokens')).toBe(false);
    expect(namesTokens("token='abc', 12 in, 3 out")).toBe(false);
  });

  it('should be limits only where both figures are round and large', () => {
    expect(areLimits(128_000, 16_384)).toBe(true);
    expect(areLimits(128_000, 352)).toBe(false);
    expect(areLimits(2_000, 1_000)).toBe(false);
  });
});
