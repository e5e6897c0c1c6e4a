/**
 * The language that a text is written in.
 */

import type { Formatter } from './format';
import type { Translate } from './translate';

/** What is needed to write a text: the translations, and the locale's figures and times. */
export interface Words {
  readonly trans: Translate;
  readonly format: Formatter;
}
