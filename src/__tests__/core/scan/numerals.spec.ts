import { withPlainNumbers } from '../../../core/scan/numerals';

describe('withPlainNumbers', () => {
  it.each([
    ['tokens: 1\u202f932 and 1_932', 'tokens: 1932 and 1932'],
    ["input tokens: 1'932", 'input tokens: 1932'],
    ['Tokens: 1.2k in / 300 out', 'Tokens: 1200 in / 300 out'],
    ['输入 1.2万 tokens', '输入 12000 tokens']
  ])('should write %s in digits', (text, plain) => {
    expect(withPlainNumbers(text)).toBe(plain);
  });

  it.each([
    ['round thousands alone', '128k in, 16k out tokens'],
    ['a price', 'in $2.5k, out 3 tokens'],
    ['the size that a price is for', '3 tokens for $10 / 1.5M'],
    ['a line without tokens and without both sides', 'sold 1.2k, left 300']
  ])('should leave %s', (_, text) => {
    expect(withPlainNumbers(text)).toBe(text);
  });
});
