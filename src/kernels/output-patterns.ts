/**
 * The user's own patterns, as the settings hold them and as the user is told of them.
 */

import type { TranslationBundle } from '@jupyterlab/translation';

import type { PatternProblem } from '../core/scan/patterns';

/** One entry of the setting `outputPatterns`. */
export interface PatternEntry {
  readonly name: string;
  readonly pattern: string;
}

/**
 * The entries of the setting; what is not one is left out, the schema has named it.
 *
 * @param value - the setting's value.
 */
export function entriesIn(value: unknown): readonly PatternEntry[] {
  return Array.isArray(value) ? value.filter(isEntry) : [];
}

/** What is wrong with a pattern and what to do about it. */
export function problemText(
  { name, code, detail = '' }: PatternProblem,
  trans: TranslationBundle
): string {
  return code === 'groups'
    ? trans.__(
        'The output pattern "%1" captures no token count. Add a group named input or output, for example (?<input>\\d+).',
        name
      )
    : trans.__('The output pattern "%1" is not a valid regular expression: %2', name, detail);
}

function isEntry(value: unknown): value is PatternEntry {
  return (
    typeof value === 'object' &&
    value !== null &&
    'name' in value &&
    typeof value.name === 'string' &&
    'pattern' in value &&
    typeof value.pattern === 'string'
  );
}
