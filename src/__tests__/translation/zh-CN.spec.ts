import catalogue from '../../translation/zh-CN.json';
import type { Text } from '../texts';
import { placeholdersOf, textsInSchema, textsInSources } from '../texts';

const translations = new Map<string, readonly string[]>(
  Object.entries(catalogue).filter((entry): entry is [string, string[]] => Array.isArray(entry[1]))
);
const texts = [...textsInSources(), ...textsInSchema()];

describe('the Chinese catalogue', () => {
  it('should translate every text of the sources and the settings form', () => {
    const untranslated = texts.filter(({ singular }) => !translations.has(singular));
    expect(untranslated.map(({ singular }) => singular)).toEqual([]);
    expect(texts.length).toBeGreaterThan(100);
  });

  it('should hold no text that the sources no longer use', () => {
    const used = new Set(texts.map(({ singular }) => singular));
    expect([...translations.keys()].filter(text => !used.has(text))).toEqual([]);
  });

  it('should keep the placeholders of every text', () => {
    const differing = texts.filter(({ singular, placeholders }) =>
      (translations.get(singular) ?? []).some(
        translation => placeholdersOf(translation).join() !== placeholders.join()
      )
    );
    expect(differing.map(({ singular }) => singular)).toEqual([]);
  });

  // Gettext of @jupyterlab/translation takes a one-form entry for untranslated where a plural is asked for.
  it('should give plural texts two forms and the others one', () => {
    const wrong = texts.filter(
      ({ singular, isPlural }: Text) => translations.get(singular)?.length !== (isPlural ? 2 : 1)
    );
    expect(wrong.map(({ singular }) => singular)).toEqual([]);
  });
});
