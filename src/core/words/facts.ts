/**
 * The facts that the gauge's tooltip tells, a line a fact.
 *
 * Owns their choice and order; money is in none of them when the user hides it.
 */

import type { FigureOptions } from './figure';
import type { Formatter } from './format';
import { isolated, shortened } from '../record/names';
import { forecastText } from './outlook';
import { problemText } from './problem';
import type { Level, Standing, StandingDocument, Totals, Unmetered } from '../record/standing';
import type { Translate } from './translate';
import { callsText, costText, limitTitle, resetText, usedOfLimit } from './wording';

/** Where every limit stands, the month, and the problems. */
export function factsOf(
  document: StandingDocument,
  options: FigureOptions,
  trans: Translate,
  format: Formatter
): string[] {
  const { month, moreStandings } = document;
  return [
    ...document.standings.map(standing => standingFact(standing, options, trans, format)),
    ...(moreStandings === 0 ? [] : [moreText(moreStandings, trans)]),
    ...(month === undefined ? [] : [monthFact(month, options, trans, format)]),
    ...document.problems.map(problem => trans.__('Problem: %1', problemText(problem, trans)))
  ];
}

function monthFact(
  month: Totals,
  { isCostShown }: FigureOptions,
  trans: Translate,
  format: Formatter
): string {
  const calls = callsText(month.calls, trans, format);
  return isCostShown
    ? trans.__('This month: %1, %2', calls, costText(month, trans, format))
    : trans.__('This month: %1', calls);
}

/** That the current notebook is not metered, and why. */
export function unmeteredFact(
  kernel: Unmetered,
  areOutputsScanned: boolean,
  trans: Translate
): string {
  const name = isolated(shortened(kernel.path ?? kernel.name ?? kernel.kernelId));
  const fact = trans.__('%1 is not metered. %2', name, unmeteredReason(kernel, trans));
  return areOutputsScanned
    ? `${fact} ${trans.__('Only usage that its outputs show is counted.')}`
    : fact;
}

/** Why the calls of a kernel are not seen. */
export function unmeteredReason({ reason, name }: Unmetered, trans: Translate): string {
  switch (reason) {
    case 'language':
      return trans.__('Its kernel (%1) is not a Python kernel.', name ?? '?');
    case 'no-tap':
      return trans.__(
        'The meter is not active in its Python kernel. Restart the kernel: one that was started before the meter was installed is not metered.'
      );
    default:
      return reason;
  }
}

/** How many limits are not shown. */
export function moreText(moreStandings: number, trans: Translate): string {
  return trans._n('and %1 more limit', 'and %1 more limits', moreStandings);
}

/** A level in a word, so that it is not told by colour alone. */
export function levelText(level: Level, trans: Translate): string {
  switch (level) {
    case 'ok':
      return trans.__('within the limit');
    case 'warning':
      return trans.__('near the limit');
    case 'exceeded':
      return trans.__('limit reached');
    case 'blocked':
      return trans.__('limit reached, calls are refused');
  }
}

function standingFact(
  standing: Standing,
  { isCostShown }: FigureOptions,
  trans: Translate,
  format: Formatter
): string {
  const { limit, subject, level, ratio, resetsAt } = standing;
  const name = subject ?? limit.value;
  const title = limitTitle(limit, name && shortened(name), trans);
  const share = format.percent(ratio);
  const word = levelText(level, trans);
  const fact =
    limit.unit === 'USD' && !isCostShown
      ? trans.__('%1: %2, %3', title, share, word)
      : trans.__('%1: %2 (%3), %4', title, usedOfLimit(standing, trans, format), share, word);
  return [
    fact,
    resetText(resetsAt, limit.timeZone, trans, format),
    forecastText(standing, trans, format)
  ]
    .filter(sentence => sentence !== undefined)
    .join('. ');
}
