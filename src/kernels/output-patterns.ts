/**
 * Explains what is wrong with the user's own patterns.
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
export function patternProblemText(
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
