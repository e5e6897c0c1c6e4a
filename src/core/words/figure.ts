/**
 * The one figure of the gauge: which limit it shows, and in which unit.
 *
 * A figure of another window than the limit's own names its window.
 */

import type { Standing, StandingDocument, Totals } from '../record/standing';
import { briefCostText } from './wording';
import type { Words } from './words';

/** What the figure shows; `auto` is the amount used, in the unit of the limit. */
export const GAUGE_MODES = ['auto', 'tokens', 'cost', 'remaining', 'percent'] as const;

/** One of `GAUGE_MODES`. */
export type GaugeMode = (typeof GAUGE_MODES)[number];

/** What the user wants the figure to show. */
export interface FigureOptions {
  readonly gaugeMode: GaugeMode;
  /** The id of the limit to follow; absent means the nearest. */
  readonly gaugeLimit?: string;
}

/**
 * The standing that refuses calls, else the one nearest to its limit, or past it most; undefined where no limit is set.
 *
 * @param standings - of the limits in force.
 * @returns the standing.
 */
export function worstStanding(standings: readonly Standing[]): Standing | undefined {
  return standings.reduce<Standing | undefined>(
    (worst, standing) => (worst === undefined || isWorse(standing, worst) ? standing : worst),
    undefined
  );
}

function isWorse(one: Standing, other: Standing): boolean {
  const isBlocked = one.level === 'blocked';
  return isBlocked === (other.level === 'blocked') ? one.ratio > other.ratio : isBlocked;
}

/**
 * The standing that the gauge follows: the worst of the chosen limit, else, or when that is no longer set, of all.
 *
 * @param standings - of the limits in force.
 * @param limitId - the limit that the user chose; undefined for none.
 * @returns the standing; undefined where no limit is set.
 */
export function followedStanding(
  standings: readonly Standing[],
  limitId: string | undefined
): Standing | undefined {
  const chosen = standings.filter(({ limit }) => limit.id === limitId);
  return worstStanding(chosen.length === 0 ? standings : chosen);
}

/**
 * The figure in few characters.
 *
 * @param document - the figures.
 * @param standing - the one that the gauge follows; undefined where no limit is set.
 * @param options - what the user wants to see.
 * @param words - the translations and the formatter.
 * @returns for example `812k` or `81%`.
 */
export function figureText(
  document: StandingDocument,
  standing: Standing | undefined,
  options: FigureOptions,
  words: Words
): string {
  const { trans, format } = words;
  const mode = shownMode(standing, options, format.isMoneyShown);
  if (standing !== undefined && mode === 'percent') {
    return format.percent(standing.ratio);
  }
  if (standing !== undefined && mode === 'remaining') {
    return trans.__('%1 left', amountInBrief(standing.remaining, standing, words));
  }
  const unit = mode === 'cost' ? 'USD' : 'tokens';
  if (standing !== undefined && (mode === 'auto' || standing.limit.unit === unit)) {
    return amountInBrief(standing.used, standing, words);
  }
  return sumText(document, standing, unit, words);
}

/** The mode that applies: without a limit there is no share, and hidden money is shown as a share. */
function shownMode(
  standing: Standing | undefined,
  { gaugeMode }: FigureOptions,
  isMoneyShown: boolean
): GaugeMode {
  const isMoney = gaugeMode === 'cost' || standing?.limit.unit === 'USD';
  if (gaugeMode !== 'tokens' && gaugeMode !== 'percent' && isMoney && !isMoneyShown) {
    return standing === undefined ? 'tokens' : 'percent';
  }
  return gaugeMode;
}

/** The sum of the window nearest to the limit's own. */
function sumText(
  { today, month }: StandingDocument,
  standing: Standing | undefined,
  unit: 'USD' | 'tokens',
  words: Words
): string {
  const { trans } = words;
  const isToday = standing?.limit.window === 'day';
  const totals = isToday ? today : month;
  if (totals === undefined) {
    return trans.__('unknown');
  }
  const cost = unit === 'USD' ? briefCostText(totals, words) : undefined;
  const sum = cost ?? tokensOf(totals, words);
  return isToday ? trans.__('%1 today', sum) : trans.__('%1 this month', sum);
}

function tokensOf({ inputTokens, outputTokens }: Totals, words: Words): string {
  const { trans, format } = words;
  return trans.__('%1 tokens', format.compact(inputTokens + outputTokens));
}

function amountInBrief(amount: string, { limit, ratio }: Standing, words: Words): string {
  const { trans, format } = words;
  switch (limit.unit) {
    case 'tokens':
      return trans.__('%1 tokens', format.compact(amount));
    case 'calls':
      return trans._n('%2 call', '%2 calls', Number(amount), format.compact(amount));
    case 'USD':
      return format.briefMoney(amount) ?? format.percent(ratio);
  }
}
