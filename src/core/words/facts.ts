/**
 * The lines of the gauge's tooltip. Money is left out when the user hides it.
 */

import { isolated, shortened } from '../record/names';
import { forecastText } from './outlook';
import { problemName } from './problem';
import type {
  Level,
  Owner,
  Standing,
  StandingDocument,
  Totals,
  Unmetered
} from '../record/standing';
import type { Translate } from './translate';
import { isOwnUser, limitTitle } from './limit-name';
import { callsText, costText, rateText, resetText, usedOfLimit } from './wording';
import type { Words } from './words';

/**
 * Lists where every limit stands, the month's totals, and the problems; one line each.
 *
 * @param document - the figures.
 * @param words - the translations and the formatter.
 * @returns the lines.
 */
export function factsOf(document: StandingDocument, words: Words): string[] {
  const { trans } = words;
  const { month, moreStandings, owner } = document;
  return [
    ...document.standings.flatMap(standing => standingFacts(standing, words, owner)),
    ...(moreStandings === 0 ? [] : [moreText(moreStandings, trans)]),
    ...(month === undefined ? [] : [monthFact(month, words)]),
    ...[rateText(words)].filter(fact => fact !== undefined),
    ...document.problems.map(problem => trans.__('Problem: %1', problemName(problem, trans)))
  ];
}

function monthFact(month: Totals, words: Words): string {
  const { trans } = words;
  const calls = callsText(month.calls, words);
  const cost = costText(month, words);
  return cost === undefined
    ? trans.__('This month: %1', calls)
    : trans.__('This month: %1, %2', calls, cost);
}

/**
 * Says that the current notebook is not metered, and why; one sentence a line.
 *
 * @param kernel - the kernel of the notebook.
 * @param areOutputsScanned - whether usage in its outputs is counted.
 * @param trans - the translations.
 * @returns the lines.
 */
export function unmeteredFacts(
  kernel: Unmetered,
  areOutputsScanned: boolean,
  trans: Translate
): string[] {
  const name = isolated(shortened(unmeteredName(kernel)));
  const fact = trans.__('%1 is not metered: %2', name, unmeteredReason(kernel, trans));
  return areOutputsScanned
    ? [fact, trans.__('Only usage printed in its outputs is counted.')]
    : [fact];
}

/**
 * Names a kernel whose calls are not metered: by its document, else as people call it.
 *
 * @param kernel - the kernel.
 * @returns its name; its id where nothing else is known.
 */
export function unmeteredName({ path, label, name, kernelId }: Unmetered): string {
  return path ?? label ?? name ?? kernelId;
}

/**
 * Says why the calls of a kernel are not metered.
 *
 * @param kernel - the kernel.
 * @param trans - the translations.
 * @returns one sentence.
 */
export function unmeteredReason({ reason, name }: Unmetered, trans: Translate): string {
  switch (reason) {
    case 'language':
      return trans.__('The kernel (%1) is not a Python kernel.', name ?? '?');
    case 'no-tap':
      return trans.__(
        'LLM Meter is not active in this Python kernel. Restart the kernel: kernels started before LLM Meter was installed are not metered.'
      );
    default:
      return reason;
  }
}

/**
 * Says how many limits are not shown.
 *
 * @param moreStandings - how many limits.
 * @param trans - the translations.
 * @returns one line.
 */
export function moreText(moreStandings: number, trans: Translate): string {
  return trans._n('and %1 more limit', 'and %1 more limits', moreStandings);
}

/**
 * Names a level, so that colour is not the only sign of it.
 *
 * @param level - where the limit stands.
 * @param trans - the translations.
 * @returns a word or two.
 */
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

function standingFacts(standing: Standing, words: Words, owner: Owner | undefined): string[] {
  const { trans, format } = words;
  const { limit, subject, level, ratio, resetsAt } = standing;
  const name = subject ?? limit.value;
  const title = limitTitle(limit, name && shortened(name), trans, isOwnUser(standing, owner));
  const share = format.percent(ratio);
  const word = levelText(level, trans);
  const used = usedOfLimit(standing, words);
  const fact =
    used === undefined
      ? trans.__('%1: %2, %3', title, share, word)
      : trans.__('%1: %2 (%3), %4', title, used, share, word);
  return [fact, resetText(resetsAt, limit.timeZone, words), forecastText(standing, words)].filter(
    line => line !== undefined
  );
}
