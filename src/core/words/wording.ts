/**
 * The sentences about limits, amounts and costs that several places show.
 *
 * Owns their wording; refuses to show an unknown cost as zero: what is not priced is called unpriced, and a sum that lacks
 * some calls is marked as a lower bound.
 */

import type { Formatter } from './format';
import { isolated } from '../record/names';
import type { Limit, Standing, Totals, Unit, WindowName } from '../record/standing';
import type { Translate } from './translate';

/** An amount in a limit's unit, in full. */
export function amountText(
  amount: string,
  unit: Unit,
  trans: Translate,
  format: Formatter
): string {
  switch (unit) {
    case 'tokens':
      return trans.__('%1 tokens', format.count(amount));
    case 'calls':
      return callsText(Number(amount), trans, format);
    case 'USD':
      return format.money(amount);
  }
}

/** A number of calls: `1 call`, `12 calls`. */
export function callsText(calls: number, trans: Translate, format: Formatter): string {
  return trans._n('%2 call', '%2 calls', calls, format.count(calls));
}

/** Used and limit side by side, in few characters: `812k / 1M tokens`. */
export function shareText(
  { used, amount, limit }: Standing,
  trans: Translate,
  format: Formatter
): string {
  switch (limit.unit) {
    case 'tokens':
      return trans.__('%1 / %2 tokens', format.compact(used), format.compact(amount));
    case 'calls':
      return trans.__('%1 / %2 calls', format.compact(used), format.compact(amount));
    case 'USD':
      return trans.__('%1 / %2', format.money(used), format.money(amount));
  }
}

/** Used and limit in full: `812,345 of 1,000,000 tokens`. */
export function usedOfLimit(
  { used, amount, limit }: Standing,
  trans: Translate,
  format: Formatter
): string {
  const isMoney = limit.unit === 'USD';
  return trans.__(
    '%1 of %2',
    isMoney ? format.money(used) : format.count(used),
    amountText(amount, limit.unit, trans, format)
  );
}

/** When a window starts anew; undefined for a total. */
export function resetText(
  resetsAt: string | undefined,
  timeZone: string | undefined,
  trans: Translate,
  format: Formatter
): string | undefined {
  return resetsAt === undefined
    ? undefined
    : trans.__('Resets %1', format.moment(resetsAt, timeZone));
}

/** What a limit is about: `This month`, `Today, notebook a.ipynb`. */
export function limitTitle(limit: Limit, subject: string | undefined, trans: Translate): string {
  const window = windowTitle(limit.window, trans);
  const of = scopeTitle(limit, subject ?? limit.value, trans);
  return of === undefined ? window : trans.__('%1, %2', window, of);
}

/**
 * What some calls cost: a sum, a lower bound when some calls are not in it, or the word that none was priced.
 */
export function costText(totals: Totals, trans: Translate, format: Formatter): string {
  const isLowerBound = totals.unpricedCalls + totals.missingCalls > 0;
  if (totals.cost !== undefined) {
    const cost = format.money(totals.cost);
    return isLowerBound ? trans.__('at least %1', cost) : cost;
  }
  if (totals.calls === 0) {
    return format.money('0');
  }
  return totals.unpricedCalls > 0 ? trans.__('unpriced') : trans.__('unknown');
}

function windowTitle(window: WindowName, trans: Translate): string {
  switch (window) {
    case 'hour':
      return trans.__('This hour');
    case 'day':
      return trans.__('Today');
    case 'week':
      return trans.__('This week');
    case 'month':
      return trans.__('This month');
    case 'total':
      return trans.__('In total');
  }
}

function scopeTitle(
  { scope }: Limit,
  subject: string | undefined,
  trans: Translate
): string | undefined {
  if (subject === undefined) {
    return undefined;
  }
  const name = isolated(subject);
  switch (scope) {
    case 'user':
      return undefined;
    case 'team':
      return trans.__('team %1', name);
    case 'key':
      return trans.__('key %1', name);
    case 'project':
      return trans.__('project %1', name);
    case 'notebook':
      return trans.__('notebook %1', name);
    case 'kernel':
      return trans.__('kernel %1', name);
    case 'model':
      return trans.__('model %1', name);
    case 'provider':
      return trans.__('provider %1', name);
  }
}
