import { chooseCatalogue, localeFor } from '../../../core/words/language';

describe('chooseCatalogue', () => {
  it.each([
    ['auto', 'en', false, 'lab'],
    ['auto', 'zh-CN', false, 'zh-CN'],
    ['auto', 'zh-Hans-CN', false, 'zh-CN'],
    ['auto', 'zh-CN', true, 'lab'],
    ['auto', 'zh-TW', false, 'lab'],
    ['auto', 'fr-FR', false, 'lab'],
    ['en', 'zh-CN', false, 'source'],
    ['zh-CN', 'en', false, 'zh-CN']
  ] as const)(
    'should answer setting %s, language %s, translated by a pack: %s, with %s',
    (setting, language, isTranslatedByLab, catalogue) => {
      expect(chooseCatalogue(setting, language, isTranslatedByLab)).toBe(catalogue);
    }
  );
});

describe('localeFor', () => {
  it("should take the reader's own variety of the language", () => {
    expect(localeFor('en', ['de-DE', 'en-GB', 'en-US'])).toBe('en-GB');
  });

  it('should use the language itself when the reader names no variety', () => {
    expect(localeFor('zh-CN', ['en-US'])).toBe('zh-CN');
  });
});
