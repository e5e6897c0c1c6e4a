/**
 * The translations of the portal: the catalogue of the lab, without the lab's own translator, which needs its server.
 */

import type { Translate } from '../core/words/translate';

/** The translations of each text: one form, or two for a text that has a plural. Other entries say what the file is. */
export type Catalogue = Readonly<Record<string, unknown>>;

/**
 * Translates by a catalogue.
 *
 * @param catalogue - the translations; an empty one means the English of the source code.
 * @returns the translations; a text that the catalogue lacks stays English.
 */
export function translatorOf(catalogue: Catalogue): Translate {
  const formsOf = (text: string, english: readonly string[]): readonly string[] => {
    const forms = Object.hasOwn(catalogue, text) ? catalogue[text] : undefined;
    return Array.isArray(forms) && forms.length > 0 ? (forms as string[]) : english;
  };
  return {
    __: (text, ...args) => filled(formsOf(text, [text])[0], args),
    _n: (text, plural, count, ...args) => {
      const forms = formsOf(text, [text, plural]);
      return filled(count === 1 ? forms[0] : forms[forms.length - 1], [count, ...args]);
    }
  };
}

/** Fills in `%1`, `%2`, ... */
function filled(text: string, args: readonly (string | number)[]): string {
  return text.replace(/%(\d)/g, (whole, place: string) => String(args[Number(place) - 1] ?? whole));
}
