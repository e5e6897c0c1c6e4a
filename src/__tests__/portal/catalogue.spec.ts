import { translatorOf } from '../../portal/catalogue';

const trans = translatorOf({
  '': { domain: 'x' },
  'at least %1': ['至少 %1'],
  '%2 call': ['%2 次调用', '%2 次调用！']
});

describe('translatorOf', () => {
  it('should fill in what a text names, also where a language has another order', () => {
    expect(trans.__('at least %1', '$2')).toBe('至少 $2');
    expect(translatorOf({ '%1 of %2': ['%2 中的 %1'] }).__('%1 of %2', 3, 9)).toBe('9 中的 3');
  });

  it('should choose the plural by the number', () => {
    expect(trans._n('%2 call', '%2 calls', 1, 'one')).toBe('one 次调用');
    expect(trans._n('%2 call', '%2 calls', 5, 'five')).toBe('five 次调用！');
  });

  it('should keep the English of a text without a translation', () => {
    expect(trans.__('constructor')).toBe('constructor');
    expect(trans.__('')).toBe('');
    expect(translatorOf({})._n('%2 call', '%2 calls', 1, '1')).toBe('1 call');
    expect(translatorOf({})._n('%2 call', '%2 calls', 0, '0')).toBe('0 calls');
  });

  it('should leave a placeholder without a value, and never fill in twice', () => {
    expect(translatorOf({}).__('%1 and %2', '%2')).toBe('%2 and %2');
  });
});
