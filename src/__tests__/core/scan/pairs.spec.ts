import { withPlainPairs } from '../../../core/scan/pairs';

describe('withPlainPairs', () => {
  it.each([
    ['prompt[12] / completion[34]', 'prompt: 12 / completion: 34'],
    [
      '12 prompt_tokens, 34 completion_tokens = 46 total',
      'prompt_tokens: 12, completion_tokens: 34, total: 46'
    ],
    ['request 12 tokens, response 34 tokens', 'prompt 12 tokens, response 34 tokens']
  ])('should write %s with signs', (text, plain) => {
    expect(withPlainPairs(text)).toBe(plain);
  });

  it.each([['layer[12] / layer[34]'], ['request 12 of 34'], ['go:12 prompt_tokens=21 x=33']])(
    'should leave %s',
    text => {
      expect(withPlainPairs(text)).toBe(text);
    }
  );
});
