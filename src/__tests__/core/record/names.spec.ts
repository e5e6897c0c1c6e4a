import { isolated, shortened } from '../../../core/record/names';

describe('isolated', () => {
  it('should leave an ordinary name as it is, and isolate one that turns the direction', () => {
    expect(isolated('gpt-5 <b>分析 🚀')).toBe('gpt-5 <b>分析 🚀');
    expect(isolated('שלום.ipynb')).toBe('\u2068שלום.ipynb\u2069');
  });
});

describe('shortened', () => {
  it('should keep begin and end, and cut no character in two', () => {
    expect(shortened('👩‍👩‍👧'.repeat(10), 5)).toBe('👩‍👩‍👧👩‍👩‍👧…👩‍👩‍👧👩‍👩‍👧');
    expect(shortened('a.ipynb')).toBe('a.ipynb');
  });
});
