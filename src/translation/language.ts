/**
 * The words and figures in the user's language, exchanged when the setting changes or the catalogue arrives.
 */

import type { ITranslator, TranslationBundle } from '@jupyterlab/translation';
import { Gettext, nullTranslator } from '@jupyterlab/translation';
import type { ISignal } from '@lumino/signaling';
import { Signal } from '@lumino/signaling';

import type { MoneyOptions } from '../core/words/format';
import { Formatter } from '../core/words/format';
import type { Currency } from '../core/record/standing';
import type { LanguageSetting } from '../core/words/language';
import { chooseCatalogue, localeFor } from '../core/words/language';
import type { IWording } from '../tokens';

/** The name under which language packs translate this extension. */
const DOMAIN = 'jupyter_llm_meter';

/** A text that every language writes differently, to see whether a language pack knows our texts. */
const PROBE = 'No calls yet.';

export class Language implements IWording {
  /**
   * @param translator - JupyterLab's translations.
   * @param preferred - the reader's languages for figures, best first; BCP 47 tags.
   */
  constructor(
    private readonly translator: ITranslator,
    private readonly preferred: readonly string[]
  ) {
    this._trans = translator.load(DOMAIN);
    this._lab = this._trans;
    this._isTranslatedByLab = this._lab.gettext(PROBE) !== PROBE;
    this._labLanguage = this._isTranslatedByLab ? translator.languageCode : 'en';
    this._language = this._labLanguage;
    this._format = this._formatterFor(this._language);
  }

  get trans(): TranslationBundle {
    return this._trans;
  }

  get format(): Formatter {
    return this._format;
  }

  get changed(): ISignal<IWording, void> {
    return this._changed;
  }

  /**
   * Uses the language of a setting.
   *
   * @param setting - the value of `language`.
   */
  async use(setting: LanguageSetting): Promise<void> {
    this._setting = setting;
    const { languageCode } = this.translator;
    switch (chooseCatalogue(setting, languageCode, this._isTranslatedByLab)) {
      case 'source':
        return this._speak(nullTranslator.load(DOMAIN), 'en');
      case 'lab':
        return this._speak(this._lab, this._labLanguage);
      case 'zh-CN':
        this._chinese ??= await loadChinese();
        if (this._setting === setting) {
          this._speak(this._chinese, 'zh-CN');
        }
    }
  }

  /**
   * Shows or hides money.
   *
   * @param options - how money is shown.
   */
  showMoney({ isShown }: Pick<MoneyOptions, 'isShown'>): void {
    this._setMoney({ ...this._money, isShown });
  }

  /**
   * Shows a currency beside dollars.
   *
   * @param currency - the currency; undefined means dollars alone.
   */
  showCurrency(currency: Currency | undefined): void {
    this._setMoney({ ...this._money, currency });
  }

  private _setMoney(options: MoneyOptions): void {
    if (JSON.stringify(options) === JSON.stringify(this._money)) {
      return;
    }
    this._money = options;
    this._format = this._formatterFor(this._language);
    this._changed.emit();
  }

  private _speak(trans: TranslationBundle, language: string): void {
    if (this._trans === trans && this._language === language) {
      return;
    }
    this._trans = trans;
    this._language = language;
    this._format = this._formatterFor(language);
    this._changed.emit();
  }

  private _formatterFor(language: string): Formatter {
    return new Formatter(localeFor(language, this.preferred), undefined, this._money);
  }

  private readonly _lab: TranslationBundle;
  private readonly _isTranslatedByLab: boolean;
  /** The language of the words that JupyterLab gives for our texts. */
  private readonly _labLanguage: string;
  /** Nothing is shown that the user may have hidden before the settings say so. */
  private _money: MoneyOptions = { isShown: false };
  private readonly _changed = new Signal<this, void>(this);
  private _chinese?: TranslationBundle;
  private _trans: TranslationBundle;
  private _format: Formatter;
  private _language: string;
  private _setting: LanguageSetting = 'auto';
}

async function loadChinese(): Promise<TranslationBundle> {
  const { default: catalogue } = await import('./zh-CN.json');
  const bundle = new Gettext({ domain: DOMAIN, locale: 'zh-CN' });
  bundle.loadJSON(catalogue, DOMAIN);
  return bundle;
}
