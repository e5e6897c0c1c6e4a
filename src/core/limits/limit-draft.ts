/**
 * A limit as a user writes it in the settings form: the texts of the fields, and what is wrong with them.
 *
 * Each message says what to write instead. Loaded with the form. `limits.ts` and its twin on the server check the set of limits.
 */

import type { OnExceed, Scope, Unit, WindowName } from '../record/standing';
import { ON_EXCEED, SCOPES, UNITS, WINDOWS } from '../record/standing';
import type { Translate } from '../words/translate';
import { HIGHEST_CEILING } from './limits';

/** Where alerts of a limit are sent: the default channels, none, or those that are named. */
export const AUDIENCES = ['default', 'none', 'named'] as const;
/** One of `AUDIENCES`. */
export type Audience = (typeof AUDIENCES)[number];

/** What becomes of calls of models without a known price. */
export const UNPRICED = ['allow', 'block', 'ceiling'] as const;
/** One of `UNPRICED`. */
export type Unpriced = (typeof UNPRICED)[number];

/** The texts of the fields. */
export interface LimitDraft {
  readonly amount: string;
  readonly unit: Unit;
  readonly window: WindowName;
  readonly onExceed: OnExceed;
  /** Of a limit in US dollars. */
  readonly unpriced: Unpriced;
  /** US dollars per million tokens. */
  readonly ceiling: string;
  readonly scope: Scope;
  /** Empty: each has an amount for itself. */
  readonly value: string;
  /** Percentages, as `50, 80`; empty: no warning. */
  readonly warnAt: string;
  readonly audience: Audience;
  /** Names of channels, as `ops, team`. */
  readonly channels: string;
  /** IANA name; empty: the server's own. */
  readonly timeZone: string;
  readonly weekStart: string;
  readonly resetHour: string;
}

/** What is wrong with a draft, by field. */
export type LimitFlaws = Readonly<Partial<Record<keyof LimitDraft, string>>>;

type Item = Readonly<Record<string, unknown>>;

/**
 * Reads a limit of the settings.
 *
 * @param setting - the limit, of any shape.
 * @returns the texts of its fields; defaults where the setting has none.
 */
export function draftOf(setting: unknown): LimitDraft {
  const item: Item = typeof setting === 'object' && setting !== null ? (setting as Item) : {};
  const warnAt = Array.isArray(item.warn_at) ? item.warn_at : [0.8];
  const { notify } = item;
  return {
    amount: plain(item.amount),
    unit: word(item.unit, UNITS, 'tokens'),
    window: word(item.window, WINDOWS, 'month'),
    onExceed: word(item.on_exceed, ON_EXCEED, 'warn'),
    unpriced: isAmount(plain(item.unpriced)) ? 'ceiling' : word(item.unpriced, UNPRICED, 'allow'),
    ceiling: isAmount(plain(item.unpriced)) ? plain(item.unpriced) : '',
    scope: word(item.scope, SCOPES, 'user'),
    value: plain(item.value),
    warnAt: warnAt.map(percentOf).join(', '),
    audience: !Array.isArray(notify) ? 'default' : notify.length === 0 ? 'none' : 'named',
    channels: Array.isArray(notify) ? notify.map(String).join(', ') : '',
    timeZone: plain(item.time_zone),
    weekStart: typeof item.week_start === 'string' ? item.week_start : 'monday',
    resetHour: plain(item.reset_hour ?? 0)
  };
}

/**
 * Writes a draft as a limit of the settings.
 *
 * @param draft - a draft without flaws.
 * @returns the setting.
 */
export function settingOf(draft: LimitDraft): Record<string, unknown> {
  return {
    scope: draft.scope,
    value: draft.value.trim() || null,
    window: draft.window,
    unit: draft.unit,
    amount: Number(draft.amount),
    warn_at: sharesOf(draft.warnAt) ?? [],
    on_exceed: draft.onExceed,
    unpriced: unpricedOf(draft),
    notify: notifyOf(draft),
    time_zone: draft.timeZone.trim() || null,
    week_start: draft.weekStart,
    reset_hour: Number(draft.resetHour)
  };
}

/**
 * Finds what is wrong with a draft.
 *
 * @param draft - the texts of the fields.
 * @param trans - the translations.
 * @returns a message for each wrong field; empty when nothing is wrong.
 */
export function limitFlaws(draft: LimitDraft, trans: Translate): LimitFlaws {
  const hour = Number(draft.resetHour);
  const isHour = /^\d+$/.test(draft.resetHour.trim()) && hour <= 23;
  return {
    ...(!isAmount(draft.amount) && {
      amount: trans.__('Enter a number greater than 0, for example 1000000 or 2.5.')
    }),
    ...(draft.unit === 'USD' &&
      draft.unpriced === 'block' &&
      draft.onExceed !== 'block' && {
        unpriced: trans.__('A limit that only warns refuses no calls. Choose another value.')
      }),
    ...(draft.unit === 'USD' &&
      draft.unpriced === 'ceiling' &&
      !(isAmount(draft.ceiling) && Number(draft.ceiling) <= HIGHEST_CEILING) && {
        ceiling: trans.__('Enter US dollars per million tokens, for example 15.')
      }),
    ...(sharesOf(draft.warnAt) === undefined && {
      warnAt: trans.__('Enter percentages between 0 and 100, for example 50, 80.')
    }),
    ...(draft.audience === 'named' &&
      namesIn(draft.channels).length === 0 && {
        channels: trans.__('Enter channel names, for example ops, team.')
      }),
    ...(!isZone(draft.timeZone.trim()) && {
      timeZone: trans.__('Enter an IANA time zone such as Asia/Shanghai, or leave blank.')
    }),
    ...(!isHour && { resetHour: trans.__('Enter a whole number from 0 to 23.') })
  };
}

/**
 * Whether an earlier draft counts the same, so that only one of the two can be in force.
 *
 * @param drafts - all drafts.
 * @param index - the draft.
 * @returns whether it repeats an earlier one.
 */
export function isRepeated(drafts: readonly LimitDraft[], index: number): boolean {
  return drafts.slice(0, index).some(draft => countOf(draft) === countOf(drafts[index]));
}

/**
 * Makes a draft that counts what no other draft counts.
 *
 * @param drafts - all drafts.
 * @returns the new draft.
 */
export function newDraft(drafts: readonly LimitDraft[]): LimitDraft {
  const first = draftOf({ amount: 1_000_000 });
  const candidates = UNITS.flatMap(unit =>
    (['month', 'day', 'week', 'hour', 'total'] as const).map(window => ({
      ...first,
      window,
      unit,
      amount: unit === 'tokens' ? '1000000' : '100'
    }))
  );
  const taken = new Set(drafts.map(countOf));
  return candidates.find(candidate => !taken.has(countOf(candidate))) ?? first;
}

/** The id of the limit: only one of two with the same id can be in force. */
function countOf({ scope, value, window, unit }: LimitDraft): string {
  return JSON.stringify([scope, value.trim(), window, unit]);
}

function unpricedOf({ unit, unpriced, ceiling }: LimitDraft): string | null {
  if (unit !== 'USD' || unpriced === 'allow') {
    return null;
  }
  return unpriced === 'ceiling' ? ceiling.trim() : unpriced;
}

function notifyOf({ audience, channels }: LimitDraft): readonly string[] | null {
  switch (audience) {
    case 'default':
      return null;
    case 'none':
      return [];
    case 'named':
      return namesIn(channels);
  }
}

function namesIn(text: string): string[] {
  return text
    .split(/[,，]/)
    .map(name => name.trim())
    .filter(name => name !== '');
}

/** Ratios from percentages; undefined when one is none. */
function sharesOf(text: string): number[] | undefined {
  const shares = namesIn(text).map(part => {
    const percent = Number(part.replace(/\s*%$/, ''));
    // Through the decimal point and not by a division, which would make 7 % 0.07000000000000001.
    return Number(`${percent}e-2`);
  });
  return shares.every(share => share > 0 && share < 1) ? shares : undefined;
}

function percentOf(share: unknown): string {
  return String(Number(`${Number(share)}e2`));
}

function isAmount(text: string): boolean {
  return /^\d+(\.\d+)?$/.test(text.trim()) && Number(text) > 0;
}

function isZone(name: string): boolean {
  try {
    return name === '' || new Intl.DateTimeFormat('en', { timeZone: name }) !== undefined;
  } catch (error) {
    if (error instanceof RangeError) {
      return false;
    }
    /* istanbul ignore next -- Intl throws only a RangeError for a zone; any other error is a fault to see */
    throw error;
  }
}

function plain(value: unknown): string {
  return typeof value === 'string' || typeof value === 'number' ? String(value) : '';
}

function word<T extends string>(value: unknown, words: readonly T[], otherwise: T): T {
  return words.find(candidate => candidate === value) ?? otherwise;
}
