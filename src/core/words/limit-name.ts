/**
 * The name of a limit: whose use, in which window, and what distinguishes it from another limit in force. The twin of
 * core/limit_names.py.
 */

import { isolated } from '../record/names';
import type { Limit, NamePart, Owner, Scope, Standing, WindowName } from '../record/standing';
import type { Translate } from './translate';

type OthersScope = Exclude<Scope, 'user'>;

/**
 * The name of a limit as the start of a line: `This month`, `Model gpt-5 today`, `Today (New York, from 6:00)`.
 *
 * @param limit - the limit.
 * @param subject - the user, notebook, model, ... that it counts; undefined: each one for itself.
 * @param trans - the translations.
 * @param isOwn - whether a user's limit counts the reader, who is not named.
 * @returns the name.
 */
export function limitTitle(
  limit: Limit,
  subject: string | undefined,
  trans: Translate,
  isOwn = true
): string {
  const whose = whoseTitle(limit, subject ?? limit.value, trans, isOwn);
  const name =
    whose === undefined ? windowTitle(limit.window, trans) : windowOf(whose, limit.window, trans);
  const differences = (limit.namedBy ?? [])
    .map(part => differenceText(part, limit, trans))
    .filter(text => text !== undefined);
  return differences.length === 0
    ? name
    : trans.__(
        '%1 (%2)',
        name,
        differences.reduce((one, other) => trans.__('%1, %2', one, other))
      );
}

/**
 * Whether a limit counts the reader, whose own name goes without saying.
 *
 * @param standing - where the limit is.
 * @param owner - the reader; undefined in local mode, which counts one user.
 * @returns whether it does.
 */
export function isOwnUser(
  { subject }: Pick<Standing, 'subject'>,
  owner: Owner | undefined
): boolean {
  return owner === undefined || subject === undefined || subject === owner.user;
}

/** What a limit says of a part that differs; undefined where it is as usual. */
function differenceText(
  part: NamePart,
  { timeZone, resetHour = 0, weekStart = 'monday' }: Limit,
  trans: Translate
): string | undefined {
  switch (part) {
    case 'time_zone':
      return timeZone && placeOf(timeZone);
    case 'week_start':
      return weekStartText(weekStart, trans);
    case 'reset_hour':
      return resetHour === 0 ? undefined : trans.__('from %1:00', resetHour);
    case 'own':
      return trans.__('set by the user');
  }
}

/** The place that an IANA zone is named after; a direction alone, as in `Brazil/West`, is no place. */
function placeOf(timeZone: string): string {
  const place = timeZone.slice(timeZone.lastIndexOf('/') + 1).replace(/_/g, ' ');
  return /^(?:East|North|South|West)$/.test(place) ? timeZone : place;
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
      return trans.__('All time');
  }
}

function windowOf(whose: string, window: WindowName, trans: Translate): string {
  switch (window) {
    case 'hour':
      return trans.__('%1 this hour', whose);
    case 'day':
      return trans.__('%1 today', whose);
    case 'week':
      return trans.__('%1 this week', whose);
    case 'month':
      return trans.__('%1 this month', whose);
    case 'total':
      return trans.__('%1, all time', whose);
  }
}

/** Whose use a limit counts; undefined for the reader's own. */
function whoseTitle(
  { scope }: Limit,
  subject: string | undefined,
  trans: Translate,
  isOwn: boolean
): string | undefined {
  if (scope === 'user') {
    return isOwn || subject === undefined ? undefined : trans.__('User %1', isolated(subject));
  }
  return subject === undefined ? eachTitle(scope, trans) : scopeTitle(scope, subject, trans);
}

function scopeTitle(scope: OthersScope, subject: string, trans: Translate): string {
  const name = isolated(subject);
  switch (scope) {
    case 'team':
      return trans.__('Team %1', name);
    case 'key':
      return trans.__('API key %1', name);
    case 'project':
      return trans.__('Project %1', name);
    case 'notebook':
      return trans.__('Notebook %1', name);
    case 'kernel':
      return trans.__('Kernel %1', name);
    case 'model':
      return trans.__('Model %1', name);
    case 'provider':
      return trans.__('Provider %1', name);
  }
}

/** All subjects of a limit, each for itself. */
function eachTitle(scope: OthersScope, trans: Translate): string {
  switch (scope) {
    case 'team':
      return trans.__('Each team');
    case 'key':
      return trans.__('Each API key');
    case 'project':
      return trans.__('Each project');
    case 'notebook':
      return trans.__('Each notebook');
    case 'kernel':
      return trans.__('Each kernel');
    case 'model':
      return trans.__('Each model');
    case 'provider':
      return trans.__('Each provider');
  }
}

function weekStartText(day: NonNullable<Limit['weekStart']>, trans: Translate): string | undefined {
  switch (day) {
    case 'monday':
      return undefined;
    case 'tuesday':
      return trans.__('from Tuesday');
    case 'wednesday':
      return trans.__('from Wednesday');
    case 'thursday':
      return trans.__('from Thursday');
    case 'friday':
      return trans.__('from Friday');
    case 'saturday':
      return trans.__('from Saturday');
    case 'sunday':
      return trans.__('from Sunday');
  }
}
