/**
 * What is wrong with alert channels, and why a message was not delivered.
 */

import type { Texts } from './texts';

/** The texts by code. */
export const CHANNEL_TEXTS: Texts = {
  'channel-unusable': (of, trans) =>
    trans.__(
      'The channel %1 cannot be used: %2. Fix it and restart; the other channels work.',
      of('name'),
      of('error')
    ),
  'channels-unusable': (of, trans) =>
    trans.__('The channels cannot be used: %1. Fix it and restart.', of('error')),
  'channel-without-sender': (of, trans) =>
    trans.__(
      'The channel %1 (%2) cannot be used: %3. Its alerts wait. Fix it and restart.',
      of('name'),
      of('url'),
      of('error')
    ),
  'channel-missing': (of, trans) =>
    trans.__(
      'The limit %1 names the channel %2, which is not set up; there are %3. Set it up in c.LLMMeter.channels and restart, or name another.',
      of('limit'),
      of('name'),
      of('known')
    ),
  'channel-missing-of-none': (of, trans) =>
    trans.__(
      'The limit %1 names the channel %2, but no channel is set up. Set it up in c.LLMMeter.channels and restart.',
      of('limit'),
      of('name')
    ),
  'channel-failing': (of, trans) =>
    trans.__(
      'The channel %1 (%2) does not accept messages: %3. Alerts wait and are retried for a day. Try it with `jupyter llm-meter alerts test --channel %1`.',
      of('name'),
      of('url'),
      of('error')
    ),
  'channel-given-up': (of, trans) =>
    trans.__(
      'The channel %1 (%2) accepted no message for a day: %3. Those alerts were given up; new ones are tried. Try it with `jupyter llm-meter alerts test --channel %1`.',
      of('name'),
      of('url'),
      of('error')
    ),
  'channels-no-object': (of, trans) =>
    trans.__('%1 must be an object of names and URLs, as JSON where it is text', of('where')),
  'channel-name': (_, trans) =>
    trans.__('its name must be 1 to 64 letters, digits, dots, hyphens or underscores'),
  'channel-no-object': (of, trans) =>
    trans.__('it must be a URL, or an object with the fields %1', of('allowed')),
  'channel-unknown-field': (of, trans) =>
    trans.__('unknown field %1; allowed are %2', of('field'), of('allowed')),
  'channel-url': (_, trans) =>
    trans.__('url is missing, or is not a URL such as mailtos://HOST or dingtalk://TOKEN'),
  'channel-short-secret': (of, trans) =>
    trans.__('secret must be a text of at least %1 characters', of('least')),
  'channel-secret-of-none': (_, trans) =>
    trans.__(
      'secret signs the messages of a webhook, whose url begins with https:// or http://; the secret of a robot is part of its url'
    ),
  'channel-language': (of, trans) =>
    trans.__('language is %1; allowed are %2', of('given'), of('allowed')),
  'channel-is-default': (of, trans) =>
    trans.__('is_default is %1; it must be true or false', of('given')),
  'channel-most-per-hour': (of, trans) =>
    trans.__('most_per_hour is %1; it must be a whole number greater than 0', of('given')),
  'channel-unknown-address': (_, trans) =>
    trans.__(
      'its URL is of no service that is known by its address; a webhook of your own also needs the field secret, see docs/how-to/alerts.md'
    ),
  'channel-apprise': (_, trans) =>
    trans.__('Apprise cannot use its URL; see docs/how-to/alerts.md for examples'),
  'robot-token': (of, trans) =>
    trans.__(
      "its URL lacks the robot's token; see docs/how-to/alerts.md for the form of %1://",
      of('name')
    ),
  'robot-secret': (_, trans) => trans.__('its secret is not valid for this robot'),
  'robot-path': (_, trans) => trans.__("the part of its URL after the robot's token is not valid"),
  'quiet-no-object': (of, trans) =>
    trans.__('quiet_hours must be an object with the fields %1', of('allowed')),
  'quiet-unknown-field': (of, trans) =>
    trans.__('unknown field %1 in quiet_hours; allowed are %2', of('field'), of('allowed')),
  'quiet-same': (_, trans) =>
    trans.__('quiet_hours begin and end at the same time; from and to must differ'),
  'quiet-time': (of, trans) =>
    trans.__(
      '%1 of quiet_hours is %2; it must be a time from 00:00 to 23:59',
      of('field'),
      of('given')
    ),
  'quiet-time-zone': (of, trans) =>
    trans.__(
      'time_zone of quiet_hours is %1; it must be an IANA name such as Asia/Shanghai',
      of('given')
    ),
  'quiet-urgent': (of, trans) =>
    trans.__('is_urgent_sent of quiet_hours is %1; it must be true or false', of('given')),
  'delivery-connection': (of, trans) => trans.__('no connection (%1)', of('error')),
  'delivery-status': (of, trans) => trans.__('HTTP status %1', of('status')),
  'delivery-late': (of, trans) => trans.__('no answer within %1 s', of('seconds')),
  'delivery-waiting': (_, trans) => trans.__('it has not answered yet'),
  'delivery-failed': (of, trans) => trans.__('sending failed (%1)', of('error')),
  'delivery-refused': (_, trans) => trans.__('it was not accepted'),
  'robot-other-answer': (_, trans) => trans.__('its answer is not that of such a robot'),
  'robot-refused': (of, trans) => trans.__('it refused: %1', of('error'))
};
