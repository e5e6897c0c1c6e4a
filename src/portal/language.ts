/**
 * The languages of the portal, of which the browser's choice is the first and the reader's own the last word.
 */

import { Formatter } from '../core/words/format';
import { chooseCatalogue, localeFor } from '../core/words/language';
import type { Words } from '../core/words/words';
import { translatorOf } from './catalogue';

/** The languages that there are, each by its own name. */
export const LANGUAGE_NAMES = { en: 'English', 'zh-CN': '简体中文' } as const;

/** One of the languages. */
export type Language = keyof typeof LANGUAGE_NAMES;

/**
 * The language to begin with.
 *
 * @param chosen - what the reader chose before; not trusted.
 * @param preferred - the browser's languages, best first; BCP 47 tags.
 * @returns the chosen one, else the first of the browser's that there is, else English.
 */
export function languageFor(chosen: unknown, preferred: readonly string[]): Language {
  const known = (Object.keys(LANGUAGE_NAMES) as Language[]).find(name => name === chosen);
  return known ?? preferred.map(offered).find(language => language !== undefined) ?? 'en';
}

function offered(tag: string): Language | undefined {
  if (/^en\b/i.test(tag)) {
    return 'en';
  }
  return chooseCatalogue('auto', tag, false) === 'zh-CN' ? 'zh-CN' : undefined;
}

/**
 * Loads the words of a language.
 *
 * @param language - the language.
 * @param preferred - the browser's languages, for figures and times.
 */
export async function loadWords(language: Language, preferred: readonly string[]): Promise<Words> {
  const catalogue = language === 'en' ? {} : (await import('../translation/zh-CN.json')).default;
  return {
    trans: translatorOf(catalogue),
    format: new Formatter(localeFor(language, preferred))
  };
}
