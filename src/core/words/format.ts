/**
 * Figures and times as people read them, in one locale.
 *
 * Compact counts are cut, so that "1M" appears only once it is reached. Shares are rounded half up, but "100%" appears only
 * once the whole is reached, and "0%" only for nothing. `jupyter_llm_meter/core/format.py` has the same rules. Reads no clock.
 */

import { multiplyDecimals } from '../record/decimal';
import type { Currency } from '../record/standing';

/** From here on, a share is rounded to a percent or more. */
const LEAST_PERCENT = 0.005;

const DAY = { month: 'short', day: 'numeric' } as const;
const MINUTE = { hour: 'numeric', minute: '2-digit' } as const;

/** How money is shown. */
export interface MoneyOptions {
  /** Whether the user wants to see money. */
  readonly isShown: boolean;
  /** What is shown beside dollars; absent means dollars alone. */
  readonly currency?: Currency;
}

/** Writes figures, times and lists for one locale. */
export class Formatter {
  private readonly _compact: Intl.NumberFormat;
  private readonly _count: Intl.NumberFormat;
  private readonly _percent: Intl.NumberFormat;
  private readonly _list: Intl.ListFormat;

  /**
   * @param locale - a BCP 47 tag.
   * @param timeZone - the IANA zone for times; absent means the browser's own.
   * @param moneyOptions - how money is shown.
   */
  constructor(
    readonly locale: string,
    readonly timeZone?: string,
    private readonly moneyOptions: MoneyOptions = { isShown: true }
  ) {
    this._compact = new Intl.NumberFormat(locale, {
      notation: 'compact',
      maximumSignificantDigits: 3,
      roundingMode: 'trunc'
    });
    this._count = new Intl.NumberFormat(locale, { maximumFractionDigits: 20 });
    this._percent = new Intl.NumberFormat(locale, {
      style: 'percent',
      maximumFractionDigits: 0
    });
    this._list = new Intl.ListFormat(locale, { type: 'conjunction', style: 'narrow' });
  }

  /**
   * A list of names: `a, b, c`.
   *
   * @param names - the names.
   */
  list(names: readonly string[]): string {
    return this._list.format(names);
  }

  /**
   * A count in few characters: `812k`, `1.2M`, `81.2万`.
   *
   * @param value - the count; a string is a decimal number.
   */
  compact(value: number | string): string {
    // CLDR writes a thousand as "K" in English; the unit symbol of SI is a small k.
    return this._compact
      .formatToParts(Number(value))
      .map(({ type, value }) => (type === 'compact' && value === 'K' ? 'k' : value))
      .join('');
  }

  /**
   * A count in full: `812,345`.
   *
   * @param value - the count; a string is a decimal number.
   */
  count(value: number | string): string {
    return this._count.format(Number(value));
  }

  /**
   * A share of a whole, rounded half up: `67%` for two of three; `100%` only when the whole is reached, `0%` only when
   * nothing is.
   *
   * @param ratio - 0 to 1, or above.
   */
  percent(ratio: number): string {
    if (ratio > 0 && ratio < LEAST_PERCENT) {
      return `<${this._percent.format(0.01)}`;
    }
    // Ratios have six decimals; a binary fraction just below a half, as of 0.145, must not be rounded down.
    const percent = Math.floor(Number((ratio * 100).toFixed(4)) + 0.5);
    return this._percent.format((ratio < 1 ? Math.min(percent, 99) : percent) / 100);
  }

  /**
   * A share to two decimals, for sums that are compared: `99.8%` and `100.2%` read as the same share.
   *
   * @param ratio - 0 to 1, or above.
   */
  exactPercent(ratio: number): string {
    return new Intl.NumberFormat(this.locale, {
      style: 'percent',
      maximumFractionDigits: 2
    }).format(ratio);
  }

  /** Whether the user wants to see money; `money` and `exactMoney` write none if not. */
  get isMoneyShown(): boolean {
    return this.moneyOptions.isShown;
  }

  /** The currency that is shown beside dollars; undefined if there is none, or if the user hides money. */
  get ownCurrency(): Currency | undefined {
    return this.isMoneyShown ? this.moneyOptions.currency : undefined;
  }

  /**
   * An amount of money, with the same in the administrator's currency beside dollars: `$1.20 (CN¥8.52)`.
   *
   * @param amount - a decimal string.
   * @param currency - an ISO 4217 code.
   * @returns undefined where the user hides money.
   */
  money(amount: string, currency = 'USD'): string | undefined {
    const text = this.briefMoney(amount, currency);
    const own = this.ownCurrency;
    if (text === undefined || own === undefined || currency !== 'USD') {
      return text;
    }
    const inOwn = this.inCurrency(multiplyDecimals(amount, own.perUsd), own.code, 'symbol');
    const isChinese = this.locale.startsWith('zh');
    return isChinese ? `${text}（${inOwn}）` : `${text} (${inOwn})`;
  }

  /**
   * An amount in a currency, small amounts with two significant digits.
   *
   * @param amount - a decimal string.
   * @param currency - an ISO 4217 code.
   * @param currencyDisplay - `symbol` tells currencies with the same sign apart.
   */
  private inCurrency(
    amount: string,
    currency: string,
    currencyDisplay: 'symbol' | 'narrowSymbol'
  ): string {
    const value = Number(amount);
    const options = { style: 'currency', currency, currencyDisplay } as const;
    const usual = new Intl.NumberFormat(this.locale, options);
    const decimals = usual.resolvedOptions().maximumFractionDigits ?? 2;
    const isSmall = value !== 0 && Math.abs(value) < 10 ** (1 - decimals);
    return isSmall
      ? new Intl.NumberFormat(this.locale, { ...options, maximumSignificantDigits: 2 }).format(
          value
        )
      : usual.format(value);
  }

  /**
   * What a dollar costs in the administrator's currency: `$1 = CN¥7.10`; undefined if there is none, or if the user hides
   * money.
   */
  rate(): string | undefined {
    const own = this.ownCurrency;
    return own === undefined
      ? undefined
      : new Intl.NumberFormat(this.locale, {
          style: 'currency',
          currency: own.code,
          minimumFractionDigits: 2,
          maximumFractionDigits: 6
        }).format(Number(own.perUsd));
  }

  /**
   * A day of a calendar, in no zone: `Nov 1, 2026`.
   *
   * @param date - as `2026-11-01`.
   */
  date(date: string): string {
    return new Intl.DateTimeFormat(this.locale, { dateStyle: 'medium', timeZone: 'UTC' }).format(
      new Date(`${date}T00:00:00Z`)
    );
  }

  /**
   * An amount of money in one currency; below one unit two significant digits, so that small calls do not read as nothing.
   *
   * All money on the screen is written here, so that no part of the page can forget that the user hides it.
   * For places with little room, such as the gauge and axes; everything else uses `money`.
   *
   * @param amount - a decimal string.
   * @param currency - an ISO 4217 code.
   * @returns undefined where the user hides money.
   */
  briefMoney(amount: string, currency = 'USD'): string | undefined {
    if (!this.isMoneyShown) {
      return undefined;
    }
    return this.inCurrency(amount, currency, 'narrowSymbol');
  }

  /**
   * An amount of money to the sixth decimal, for sums that are compared: `$0.998` and `$1.002` read as the same cents.
   *
   * @param amount - a decimal string.
   * @param currency - an ISO 4217 code.
   * @returns undefined where the user hides money.
   */
  exactMoney(amount: string, currency = 'USD'): string | undefined {
    if (!this.isMoneyShown) {
      return undefined;
    }
    return new Intl.NumberFormat(this.locale, {
      style: 'currency',
      currency,
      currencyDisplay: 'narrowSymbol',
      maximumFractionDigits: 6
    }).format(Number(amount));
  }

  /**
   * A moment with its zone, so that a reset time cannot be read as another zone's: `Dec 1, 12:00 AM GMT+8`.
   *
   * @param time - an RFC 3339 time.
   * @param timeZone - the IANA zone to show it in; absent means this formatter's.
   */
  moment(time: string, timeZone = this.timeZone): string {
    return this.written(time, { ...DAY, ...MINUTE, timeZoneName: 'short', timeZone });
  }

  /**
   * A moment in a sentence that names its zone elsewhere: `Nov 28, 2:00 PM`.
   *
   * @param time - RFC 3339.
   * @param timeZone - the IANA zone to show it in; absent means this formatter's.
   */
  brief(time: string, timeZone = this.timeZone): string {
    return this.written(time, { ...DAY, ...MINUTE, timeZone });
  }

  /**
   * A day of the year: `Dec 1`.
   *
   * @param time - RFC 3339.
   * @param timeZone - the IANA zone to show it in; absent means this formatter's.
   */
  day(time: string, timeZone = this.timeZone): string {
    return this.written(time, { ...DAY, timeZone });
  }

  /**
   * A day with its name: `Wed, Nov 25`.
   *
   * @param time - RFC 3339.
   * @param timeZone - the IANA zone to show it in; absent means this formatter's.
   */
  weekday(time: string, timeZone = this.timeZone): string {
    return this.written(time, { weekday: 'short', ...DAY, timeZone });
  }

  /**
   * A month of a year: `Nov 2026`.
   *
   * @param time - RFC 3339.
   * @param timeZone - the IANA zone to show it in; absent means this formatter's.
   */
  month(time: string, timeZone = this.timeZone): string {
    return this.written(time, { month: 'short', year: 'numeric', timeZone });
  }

  /**
   * A time of the day: `3:00 PM`.
   *
   * @param time - RFC 3339.
   * @param timeZone - the IANA zone to show it in; absent means this formatter's.
   */
  clock(time: string, timeZone = this.timeZone): string {
    return this.written(time, { ...MINUTE, timeZone });
  }

  /**
   * A moment in a list of recent ones: date and time, without the zone.
   *
   * @param time - RFC 3339.
   */
  recent(time: string): string {
    return this.written(time, {
      month: 'numeric',
      day: 'numeric',
      hour: '2-digit',
      minute: '2-digit',
      second: '2-digit',
      hourCycle: 'h23',
      timeZone: this.timeZone
    });
  }

  private written(time: string, options: Intl.DateTimeFormatOptions): string {
    return new Intl.DateTimeFormat(this.locale, options).format(new Date(time));
  }
}
