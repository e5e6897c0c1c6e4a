/**
 * The one figure of the gauge: of which limit it is, and in which unit.
 *
 * Owns the user's choice; refuses to let a figure be read as another window's: one that is not the followed limit's names
 * its window.
 */

import type { Formatter } from './format';
import type { Standing, StandingDocument, Totals } from '../record/standing';
import type { Translate } from './translate';
import { costText } from './wording';

/** What the figure tells; `auto` is what is used, in the unit of the followed limit. */
export const GAUGE_MODES = ['auto', 'tokens', 'cost', 'remaining', 'percent'] as const;
export type GaugeMode = (typeof GAUGE_MODES)[number];

export interface FigureOptions {
  /** Whether money is shown. */
  readonly isCostShown: boolean;
  readonly gaugeMode: GaugeMode;
  /** The id of the limit to follow; absent means the nearest. */
  readonly gaugeLimit?: string;
}

/** The standing that refuses calls, else the one nearest to its limit, or past it most; undefined where no limit is set. */
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

/** The standing that the gauge follows: the worst of the chosen limit, else, or when that is no longer set, of all. */
export function followedStanding(
  standings: readonly Standing[],
  limitId: string | undefined
): Standing | undefined {
  const chosen = standings.filter(({ limit }) => limit.id === limitId);
  return worstStanding(chosen.length === 0 ? standings : chosen);
}

/** The figure in few characters. */
export function figureText(
  document: StandingDocument,
  standing: Standing | undefined,
  options: FigureOptions,
  trans: Translate,
  format: Formatter
): string {
  const mode = shownMode(standing, options);
  if (standing !== undefined && mode === 'percent') {
    return format.percent(standing.ratio);
  }
  if (standing !== undefined && mode === 'remaining') {
    return trans.__('%1 left', amountInBrief(standing.remaining, standing, trans, format));
  }
  const unit = mode === 'cost' ? 'USD' : 'tokens';
  if (standing !== undefined && (mode === 'auto' || standing.limit.unit === unit)) {
    return amountInBrief(standing.used, standing, trans, format);
  }
  return sumText(document, standing, unit, trans, format);
}

/** What can be shown: without a limit there is no share of one, and hidden money is told as a share. */
function shownMode(
  standing: Standing | undefined,
  { gaugeMode, isCostShown }: FigureOptions
): GaugeMode {
  const isMoney = gaugeMode === 'cost' || standing?.limit.unit === 'USD';
  if (gaugeMode !== 'tokens' && gaugeMode !== 'percent' && isMoney && !isCostShown) {
    return standing === undefined ? 'tokens' : 'percent';
  }
  return gaugeMode;
}

/** The sum of the window nearest to the limit's own. */
function sumText(
  { today, month }: StandingDocument,
  standing: Standing | undefined,
  unit: 'USD' | 'tokens',
  trans: Translate,
  format: Formatter
): string {
  const isToday = standing?.limit.window === 'day';
  const totals = isToday ? today : month;
  if (totals === undefined) {
    return trans.__('unknown');
  }
  const sum = unit === 'USD' ? costText(totals, trans, format) : tokensOf(totals, trans, format);
  return isToday ? trans.__('%1 today', sum) : trans.__('%1 this month', sum);
}

function tokensOf(
  { inputTokens, outputTokens }: Totals,
  trans: Translate,
  format: Formatter
): string {
  return trans.__('%1 tokens', format.compact(inputTokens + outputTokens));
}

function amountInBrief(
  amount: string,
  { limit }: Standing,
  trans: Translate,
  format: Formatter
): string {
  switch (limit.unit) {
    case 'tokens':
      return trans.__('%1 tokens', format.compact(amount));
    case 'calls':
      return trans._n('%2 call', '%2 calls', Number(amount), format.compact(amount));
    case 'USD':
      return format.money(amount);
  }
}
