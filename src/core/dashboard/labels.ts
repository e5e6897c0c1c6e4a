/**
 * The names of the dashboard's periods, steps, units and series, and its charts in words.
 *
 * Names from the ledger are isolated, so that they do not change the direction of the text around them.
 */

import type { Formatter } from '../words/format';
import type { Totals } from '../record/standing';
import type { Translate } from '../words/translate';
import { costText } from '../words/wording';
import type { Bucket, PeriodName, Step } from './period';
import type { Series, Trend } from './trend';
import type { ShownUnit } from './usage-rows';
import { sumOf, valueOf } from './usage-rows';
import type { Dimension, Filter } from './view';
import type { Words } from '../words/words';

/** Names in sentences are cut after so many characters; outside of sentences a tooltip shows them whole. */
const NAME_LENGTH = 80;

/** Longer ids of cells are shown by their first eight characters, which are random; shorter ones may differ in the last. */
const CELL_LENGTH = 12;

/** Up to so many calls are shown exactly; tokens are always shortened. */
const EXACT_CALLS = 100_000;

/** Stands for money that the user hides. */
const HIDDEN = '–';

/** The name of a period. */
export function periodText(name: PeriodName, trans: Translate): string {
  switch (name) {
    case 'today':
      return trans.__('Today');
    case 'days7':
      return trans.__('7 days');
    case 'days30':
      return trans.__('30 days');
    case 'month':
      return trans.__('This month');
    case 'months12':
      return trans.__('12 months');
    case 'custom':
      return trans.__('Custom');
  }
}

/** The name of a step. */
export function stepText(step: Step, trans: Translate): string {
  switch (step) {
    case 'hour':
      return trans.__('Hour');
    case 'day':
      return trans.__('Day');
    case 'week':
      return trans.__('Week');
    case 'month':
      return trans.__('Month');
  }
}

/** The name of a unit. */
export function unitText(unit: ShownUnit, trans: Translate): string {
  switch (unit) {
    case 'tokens':
      return trans.__('Tokens');
    case 'cost':
      return trans.__('Cost');
    case 'calls':
      return trans.__('Calls');
  }
}

/** The name of a dimension. */
export function dimensionText(dimension: Dimension, trans: Translate): string {
  switch (dimension) {
    case 'model':
      return trans.__('Model');
    case 'provider':
      return trans.__('Provider');
    case 'notebook':
      return trans.__('Notebook');
    case 'cell':
      return trans.__('Cell');
    case 'program':
      return trans.__('Program');
    case 'project':
      return trans.__('Project');
    case 'user':
      return trans.__('User');
    case 'team':
      return trans.__('Team');
    case 'key':
      return trans.__('API key');
  }
}

/** The name of a series; for calls without a value, what that means. */
export function seriesText(series: Series, dimension: Dimension, trans: Translate): string {
  if (series.isRest) {
    return trans.__('Other');
  }
  return valueText(series.value ?? '', dimension, trans, series.notebook);
}

/** The name of a filter's value. */
export function filterText({ dimension, value, notebook }: Filter, trans: Translate): string {
  return valueText(value, dimension, trans, notebook);
}

/** A name in a sentence: cut, and kept apart from the direction of the text around it. */
export function inSentence(name: string): string {
  const characters = [...name];
  const cut = characters.slice(0, NAME_LENGTH).join('');
  return `\u2068${characters.length > NAME_LENGTH ? `${cut}…` : cut}\u2069`;
}

/** How much of a unit was used; a dash for money that the user hides. */
export function amountOf(totals: Totals, unit: ShownUnit, words: Words): string {
  const { format } = words;
  return unit === 'cost'
    ? (costText(totals, words) ?? HIDDEN)
    : format.count(valueOf(totals, unit));
}

/** The same in few characters, for a large figure. */
export function figureOf(totals: Totals, unit: ShownUnit, words: Words): string {
  const { format } = words;
  if (unit === 'calls' && totals.calls < EXACT_CALLS) {
    return format.count(totals.calls);
  }
  if (unit !== 'cost') {
    return format.compact(valueOf(totals, unit));
  }
  const cost = totals.cost === undefined ? costText(totals, words) : format.money(totals.cost);
  return cost ?? HIDDEN;
}

/** A step of the time in full, for the tooltip. */
export function bucketText({ from }: Bucket, step: Step, words: Words): string {
  const { trans, format } = words;
  switch (step) {
    case 'hour':
      return format.brief(from);
    case 'day':
      return format.weekday(from);
    case 'week':
      return trans.__('Week of %1', format.day(from));
    case 'month':
      return format.month(from);
  }
}

/** A step of the time in few characters, for the axis. */
export function tickText(
  { from }: Bucket,
  step: Step,
  isOneDay: boolean,
  format: Formatter
): string {
  switch (step) {
    case 'hour':
      return isOneDay ? format.clock(from) : format.day(from);
    case 'day':
    case 'week':
      return format.day(from);
    case 'month':
      return format.month(from);
  }
}

/** The trend in words: the total, the step with the most, and the series with the most. */
export function trendSummary(
  trend: Trend,
  unit: ShownUnit,
  step: Step,
  dimension: Dimension,
  words: Words
): string {
  const { trans } = words;
  const most = trend.columns.reduce<Trend['columns'][number] | undefined>(
    (best, column) =>
      best === undefined || valueOf(column.totals, unit) > valueOf(best.totals, unit)
        ? column
        : best,
    undefined
  );
  const total = amountOf(trend.totals, unit, words);
  const [first] = trend.series;
  if (most === undefined || first === undefined) {
    return trans.__('%1 over time: no calls.', unitText(unit, trans));
  }
  const ofFirst = sumOf(trend.columns.flatMap(({ parts }) => parts.get(first.id) ?? []));
  return trans.__(
    '%1 over time: %2 in total. Peak: %4 (%3). Largest: %5, %6.',
    unitText(unit, trans),
    total,
    bucketText(most.bucket, step, words),
    amountOf(most.totals, unit, words),
    inSentence(seriesText(first, dimension, trans)),
    amountOf(ofFirst, unit, words)
  );
}

/** Says what a sum does not include; empty when it includes everything. */
export function gapsOf(totals: Totals, words: Words): string[] {
  const { trans, format } = words;
  const { unpricedCalls, missingCalls } = totals;
  return [
    unpricedCalls > 0
      ? trans._n(
          '%2 call unpriced',
          '%2 calls unpriced',
          unpricedCalls,
          format.count(unpricedCalls)
        )
      : '',
    missingCalls > 0
      ? trans._n(
          '%2 call with unknown usage',
          '%2 calls with unknown usage',
          missingCalls,
          format.count(missingCalls)
        )
      : ''
  ].filter(text => text !== '');
}

function valueText(
  value: string,
  dimension: Dimension,
  trans: Translate,
  notebook?: string
): string {
  if (value === '') {
    return noneText(dimension, trans);
  }
  if (dimension === 'cell') {
    const cell = trans.__('cell %1', value.length > CELL_LENGTH ? value.slice(0, 8) : value);
    return notebook === undefined ? cell : `${notebook.replace(/^.*\//, '')} · ${cell}`;
  }
  return value;
}

function noneText(dimension: Dimension, trans: Translate): string {
  switch (dimension) {
    case 'model':
      return trans.__('unknown model');
    case 'provider':
      return trans.__('unknown provider');
    case 'notebook':
      return trans.__('not in a notebook');
    case 'cell':
      return trans.__('not in a cell');
    case 'program':
      return trans.__('no named program');
    case 'project':
      return trans.__('no project');
    case 'user':
      return trans.__('unknown user');
    case 'team':
      return trans.__('no team');
    case 'key':
      return trans.__('no API key');
  }
}
