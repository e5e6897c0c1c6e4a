/**
 * Chooses the translations: JupyterLab's language pack, our own Chinese texts, or the English of the source code.
 */

/** The setting `language`. */
export const LANGUAGES = ['auto', 'en', 'zh-CN'] as const;
/** One of `LANGUAGES`. */
export type LanguageSetting = (typeof LANGUAGES)[number];

/** Where the words come from. */
type Catalogue = 'source' | 'lab' | 'zh-CN';

/** Tags of Simplified Chinese; traditional Chinese readers are better served by a language pack or English. */
const SIMPLIFIED_CHINESE = /^zh(-(cn|sg|hans)\b.*)?$/i;

/**
 * Chooses the catalogue.
 *
 * @param setting - what the user set.
 * @param labLanguage - JupyterLab's language, a BCP 47 tag.
 * @param isTranslatedByLab - whether a language pack translates our texts.
 */
export function chooseCatalogue(
  setting: LanguageSetting,
  labLanguage: string,
  isTranslatedByLab: boolean
): Catalogue {
  switch (setting) {
    case 'en':
      return 'source';
    case 'zh-CN':
      return 'zh-CN';
    case 'auto':
      return !isTranslatedByLab && SIMPLIFIED_CHINESE.test(labLanguage) ? 'zh-CN' : 'lab';
  }
}

/**
 * The locale for figures and times: the reader's own variety of the language of the words.
 *
 * @param language - the language of the words, a BCP 47 tag.
 * @param preferred - the reader's languages, best first.
 */
export function localeFor(language: string, preferred: readonly string[]): string {
  const primary = language.split('-')[0].toLowerCase();
  return preferred.find(tag => tag.toLowerCase().split('-')[0] === primary) ?? language;
}
