import { languageFor, loadWords } from '../../portal/language';

describe('languageFor', () => {
  it('should take the first language of the browser that there is', () => {
    expect(languageFor(undefined, ['de-DE', 'zh-Hans-CN', 'en'])).toBe('zh-CN');
    expect(languageFor(undefined, ['en-GB', 'zh-CN'])).toBe('en');
    expect(languageFor(undefined, ['zh-TW', 'fr'])).toBe('en');
    expect(languageFor(undefined, [])).toBe('en');
  });

  it('should prefer what the reader chose', () => {
    expect(languageFor('en', ['zh-CN'])).toBe('en');
    expect(languageFor('zh-CN', ['en'])).toBe('zh-CN');
    expect(languageFor('toString', ['zh-CN'])).toBe('zh-CN');
  });
});

describe('loadWords', () => {
  it('should load the words and the figures of a language', async () => {
    const chinese = await loadWords('zh-CN', ['en-US']);
    expect(chinese.trans.__('Limit')).toBe('限额');
    expect(chinese.format.locale).toBe('zh-CN');
    const english = await loadWords('en', ['zh-CN', 'en-GB']);
    expect(english.trans.__('Limit')).toBe('Limit');
    expect(english.format.locale).toBe('en-GB');
  });
});
