import { unstacked } from '../../../core/scan/stacked';

describe('unstacked', () => {
  it.each([
    ['below their names', 'Input tokens\n  12\nOutput tokens\n  3\n'],
    ['above their names', '12\nInput tokens\n\n3\nOutput tokens\n']
  ])('should join figures %s', (_, text) => {
    const lines = unstacked(text)
      .split('\n')
      .filter(line => line !== '');
    expect(lines).toEqual(['Input tokens: 12', 'Output tokens: 3']);
  });

  it('should leave one name alone', () => {
    expect(unstacked('Input tokens\n12\nand more')).toBe('Input tokens\n12\nand more');
  });
});
