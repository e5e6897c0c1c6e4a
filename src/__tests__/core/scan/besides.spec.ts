import { withoutBesides } from '../../../core/scan/besides';

describe('withoutBesides', () => {
  it.each([
    ['in 1 out 2 | session: in 3 out 4 tokens', 'in 1 out 2 tokens'],
    ['tokens: in 1, out 2; limit 8192', 'tokens: in 1, out 2; ']
  ])('should cut %s', (text, own) => {
    expect(withoutBesides(text)).toBe(own);
  });

  it.each([['session: in 3 out 4 tokens'], ['max tokens: in 1, out 2; limit 8192']])(
    'should leave %s',
    text => {
      expect(withoutBesides(text)).toBe(text);
    }
  );
});
