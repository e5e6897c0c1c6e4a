/**
 * What is wrong with the user's own patterns, in words.
 */

import type { TranslationBundle } from '@jupyterlab/translation';

import type { PatternProblem } from '../core/scan/patterns';

/**
 * What is wrong with a pattern, and what to do about it.
 *
 * @param problem - the problem.
 * @param trans - the translations.
 * @returns a sentence or two.
 */
export function problemText(
  { name, code, detail = '' }: PatternProblem,
  trans: TranslationBundle
): string {
  return code === 'groups'
    ? trans.__(
        'The output pattern "%1" names no figure. Put one in a group named input or output, as (?<input>\\d+).',
        name
      )
    : trans.__('The output pattern "%1" is no regular expression: %2', name, detail);
}
