/**
 * The token of the words and figures.
 */

import type { TranslationBundle } from '@jupyterlab/translation';
import { Token } from '@lumino/coreutils';
import type { ISignal } from '@lumino/signaling';

import type { Formatter } from '../core/words/format';
import type { LanguageSetting } from '../core/words/language';

/** The words and figures of LLM Meter in the user's language. */
export interface IWording {
  /** The translations in force. A new object after each change. */
  readonly trans: TranslationBundle;

  /** The locale's way with figures and times. */
  readonly format: Formatter;

  /**
   * Uses the language that the settings ask for.
   *
   * @param setting - the value of `language`.
   */
  use(setting: LanguageSetting): Promise<void>;

  /** Emitted when the language changed or its catalogue arrived. */
  readonly changed: ISignal<IWording, void>;
}

/** The token of the words and figures. */
export const IWording = new Token<IWording>(
  'jupyter-llm-meter:IWording',
  "The words and figures of LLM Meter in the user's language."
);
