/**
 * The sentences about a limit's future: where it is heading, what holds it, who can raise it.
 *
 * Owns what is said of raises, reservations and forecasts; says nothing of what the server part did not tell.
 */

import type { Formatter } from './format';
import type { Standing } from '../record/standing';
import type { Translate } from './translate';
import { amountText } from './wording';

/** Where a limit is heading: its share when the window ends, and when its amount is reached; undefined where neither is known. */
export function forecastText(
  standing: Standing,
  trans: Translate,
  format: Formatter
): string | undefined {
  const { forecast, limit } = standing;
  const end = endText(standing, format);
  const reached = forecast?.reachedAt && format.brief(forecast.reachedAt, limit.timeZone);
  if (forecast?.ratio === undefined || end === undefined) {
    return reached && trans.__('At this pace reached %1', reached);
  }
  const share = format.percent(forecast.ratio);
  return reached
    ? trans.__('At this pace %1 by %2, reached %3', share, end, reached)
    : trans.__('At this pace %1 by %2', share, end);
}

/** When the window ends, in few characters: a time of the day for the short ones. */
function endText({ limit, resetsAt }: Standing, format: Formatter): string | undefined {
  if (resetsAt === undefined) {
    return undefined;
  }
  const isShort = limit.window === 'hour' || limit.window === 'day';
  return isShort ? format.clock(resetsAt, limit.timeZone) : format.day(resetsAt, limit.timeZone);
}

/** What a standing holds beside its figures: raises, reservations, what is not certain. */
export function remarksOf(standing: Standing, trans: Translate, format: Formatter): string[] {
  const { limit, raised, reserved, softBy } = standing;
  const text = (amount: string): string => amountText(amount, limit.unit, trans, format);
  return [
    isNone(raised) ? undefined : trans.__('Raised by %1', text(raised)),
    isNone(reserved) ? undefined : trans.__('%1 reserved for calls under way', text(reserved)),
    isNone(softBy)
      ? undefined
      : trans.__(
          'Calls under way may go over the limit by up to %1: their size is estimated',
          text(softBy)
        )
  ].filter(remark => remark !== undefined);
}

/** Who can raise a limit, where this user may not; undefined where this user may, or the server part does not say. */
export function whoCanRaise({ canRaise, limit }: Standing, trans: Translate): string | undefined {
  if (canRaise !== false) {
    return undefined;
  }
  return limit.source === 'config'
    ? trans.__('The administrator has set this limit, and only the administrator can raise it.')
    : trans.__(
        'Raises are not allowed on this server. Change the limit, or ask the administrator.'
      );
}

function isNone(amount: string | undefined): amount is undefined {
  return amount === undefined || Number(amount) === 0;
}
