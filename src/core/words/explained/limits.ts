/**
 * What is wrong with limits, settings and raises.
 */

import type { Texts } from './texts';

/** The texts by code. */
export const LIMIT_TEXTS: Texts = {
  'limits-config': (of, trans) =>
    trans.__(
      'The setting c.LLMMeter.limits is not in force: %1. The other limits are. Fix the configuration and restart.',
      of('error')
    ),
  'limits-settings': (of, trans) => trans.__('%1. The previous limits stay in force.', of('error')),
  'limits-no-list': (of, trans) =>
    trans.__('limits is %1; it must be a list of limits', of('given')),
  'limit-twice': (of, trans) =>
    trans.__(
      'limit %1: %2 is set twice; remove one, or change its scope, value, window or unit',
      of('number'),
      of('id')
    ),
  'limit-no-object': (of, trans) =>
    trans.__(
      'limit %1 is %2; it must be an object with window, unit and amount',
      of('number'),
      of('given')
    ),
  'limit-unknown-field': (of, trans) =>
    trans.__(
      'limit %1: unknown field %2; allowed are %3',
      of('number'),
      of('field'),
      of('allowed')
    ),
  'limit-missing-field': (of, trans) =>
    trans.__(
      'limit %1: %2 is missing; every limit needs window, unit and amount',
      of('number'),
      of('field')
    ),
  'limit-choice': (of, trans) =>
    trans.__(
      'limit %1: %2 is %3; allowed are %4',
      of('number'),
      of('field'),
      of('given'),
      of('allowed')
    ),
  'limit-value': (of, trans) =>
    trans.__(
      'limit %1: value is %2; it must be a non-empty text, or null to count each one separately',
      of('number'),
      of('given')
    ),
  'limit-amount': (of, trans) =>
    trans.__(
      'limit %1: amount is %2; it must be a number greater than 0',
      of('number'),
      of('given')
    ),
  'limit-unpriced': (of, trans) =>
    trans.__(
      'limit %1: unpriced is %2; allowed are allow, block, or a price ceiling: US dollars per million tokens, greater than 0 and at most %3',
      of('number'),
      of('given'),
      of('highest')
    ),
  'limit-unpriced-unit': (of, trans) =>
    trans.__(
      'limit %1: unpriced is %2, but only a limit in USD depends on prices; remove it, or set unit to USD',
      of('number'),
      of('given')
    ),
  'limit-unpriced-warn': (of, trans) =>
    trans.__(
      'limit %1: unpriced is block, but the limit refuses no calls; set on_exceed to block as well',
      of('number')
    ),
  'limit-warn-at': (of, trans) =>
    trans.__(
      'limit %1: warn_at is %2; it must be a list of numbers between 0 and 1',
      of('number'),
      of('given')
    ),
  'limit-notify': (of, trans) =>
    trans.__(
      'limit %1: notify is %2; it must be a list of channel names, or null for all default channels',
      of('number'),
      of('given')
    ),
  'limit-time-zone': (of, trans) =>
    trans.__(
      'limit %1: time_zone is %2; it must be an IANA name such as Asia/Shanghai, or null for the default time zone',
      of('number'),
      of('given')
    ),
  'limit-reset-hour': (of, trans) =>
    trans.__(
      'limit %1: reset_hour is %2; it must be a whole number from 0 to 23',
      of('number'),
      of('given')
    ),
  'settings-unreadable': (of, trans) =>
    trans.__('The settings of %1 cannot be read: %2', of('plugin'), of('error')),
  'settings-invalid': (of, trans) =>
    trans.__('The settings are not valid: %1. Fix them in the Settings Editor', of('error')),
  'settings-file-unreadable': (of, trans) =>
    trans.__(
      '%1 cannot be read (%2), so its limits are not in force. Fix the file',
      of('path'),
      of('error')
    ),
  'settings-file-no-object': (of, trans) =>
    trans.__('%1 is not a JSON object, so its limits are not in force. Fix the file', of('path')),
  'raise-unknown-limit': (of, trans) =>
    trans.__('limit_id is %1; it must be the id of a limit in force', of('given')),
  'raise-not-allowed': (of, trans) =>
    trans.__(
      'The limit %1 can be raised by the administrator only (c.LLMMeter.raises is %2)',
      of('limit'),
      of('raises')
    ),
  'raise-subject': (of, trans) =>
    trans.__('subject is %1; this limit is only for %2', of('given'), of('value')),
  'raise-past': (_, trans) => trans.__('expires_at is in the past; it must be a future time'),
  'raise-no-end': (_, trans) =>
    trans.__('expires_at is missing; a limit that does not reset needs one')
};
