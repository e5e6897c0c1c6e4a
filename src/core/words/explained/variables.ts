/**
 * What is wrong with environment variables.
 */

import type { Texts } from './texts';

/** The texts by code. */
export const VARIABLE_TEXTS: Texts = {
  environment: (of, trans) =>
    trans.__(
      'These environment variables are not in force: %1. Everything else is. Fix them and restart.',
      of('errors')
    ),
  'variable-amount': (of, trans) =>
    trans.__('%1 is %2; it must be a number greater than 0', of('name'), of('given')),
  'variable-choice': (of, trans) =>
    trans.__('%1 is %2; allowed are %3', of('name'), of('given'), of('allowed')),
  'variable-whole': (of, trans) =>
    trans.__(
      '%1 is %2; it must be a whole number of %3 or more',
      of('name'),
      of('given'),
      of('least')
    ),
  'variable-shares': (of, trans) =>
    trans.__(
      '%1 is %2; it must be numbers between 0 and 1 with commas between them, such as 0.5,0.8',
      of('name'),
      of('given')
    ),
  'variable-alone': (of, trans) =>
    trans.__('%1 has no effect without an amount; set one of %2 as well', of('name'), of('others')),
  'variable-time-zone': (of, trans) =>
    trans.__('%1 is %2; it must be an IANA name such as Asia/Shanghai', of('name'), of('given')),
  'variable-otlp-endpoint': (of, trans) =>
    trans.__(
      '%1 must be the base URL of a collector that speaks OTLP over HTTP, such as http://localhost:4318',
      of('name')
    ),
  'variable-database': (of, trans) =>
    trans.__(
      "%1 cannot be used, so calls are in the user's own ledger: %2",
      of('name'),
      of('error')
    )
};
