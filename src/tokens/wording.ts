/**
 * The token of the words and figures.
 */

import type { TranslationBundle } from '@jupyterlab/translation';
import { Token } from '@lumino/coreutils';
import type { ISignal } from '@lumino/signaling';

import type { Formatter, MoneyOptions } from '../core/words/format';
import type { Currency } from '../core/record/standing';
import type { LanguageSetting } from '../core/words/language';

/** The words and figures of LLM Meter in the user's language. */
export interface IWording {
  /** The translations in force. A new object after each change. */
  readonly trans: TranslationBundle;

  /** The locale's way with figures and times, and money unless the user hides it. A new object after each change. */
  readonly format: Formatter;

  /**
   * Uses the language that the settings ask for.
   *
   * @param setting - the value of `language`.
   */
  use(setting: LanguageSetting): Promise<void>;

  /**
   * Shows or hides money, everywhere. It is hidden until the settings say that it is shown.
   *
   * @param options - how money is shown.
   */
  showMoney(options: Pick<MoneyOptions, 'isShown'>): void;

  /**
   * Shows a currency beside dollars, everywhere.
   *
   * @param currency - the currency of the server's configuration; undefined means dollars alone.
   */
  showCurrency(currency: Currency | undefined): void;

  /** Emitted when the language or the way of money changed, or a catalogue arrived. */
  readonly changed: ISignal<IWording, void>;
}

/** The token of the words and figures. */
export const IWording = new Token<IWording>(
  'jupyter-llm-meter:IWording',
  "The words and figures of LLM Meter in the user's language."
);
