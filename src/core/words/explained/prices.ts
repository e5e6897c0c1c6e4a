/**
 * What is wrong with a table of prices.
 */

import type { Texts } from './texts';

/** The texts by code. */
export const PRICE_TEXTS: Texts = {
  'price-table': (of, trans) =>
    trans.__(
      '%1. Until the file is fixed, the prices that were in force before stay in force.',
      of('error')
    ),
  'prices-unreadable': (of, trans) =>
    trans.__(
      '%1: not a table of prices (%2); it needs a list named prices',
      of('path'),
      of('error')
    ),
  'prices-no-list': (of, trans) =>
    trans.__('%1: %2 is %3; it must be a list', of('path'), of('field'), of('given')),
  'prices-entry': (of, trans) =>
    trans.__('%1, entry %2 of %3', of('path'), of('number'), of('list')),
  'prices-no-object': (of, trans) =>
    trans.__('%1 is %2; it must be an object', of('where'), of('given')),
  'prices-unknown-field': (of, trans) =>
    trans.__('%1: unknown field %2; allowed are %3', of('where'), of('field'), of('allowed')),
  'prices-text': (of, trans) =>
    trans.__('%1: %2 is %3; it must be a non-empty text', of('where'), of('field'), of('given')),
  'prices-date': (of, trans) =>
    trans.__('%1: since is %2; it must be a date such as 2026-07-02', of('where'), of('given')),
  'prices-decimal': (of, trans) =>
    trans.__(
      '%1: %2 is %3; it must be a decimal string such as "0.6"',
      of('where'),
      of('field'),
      of('given')
    ),
  'prices-none': (of, trans) =>
    trans.__('%1: no price; it needs at least one of %2', of('where'), of('allowed')),
  'prices-currency': (of, trans) =>
    trans.__(
      '%1: currency is %2; it must be USD, or a currency with a rate in the list currencies',
      of('where'),
      of('given')
    ),
  'prices-duplicate': (of, trans) =>
    trans.__(
      '%1 is for the same calls from the same day on as entry %2; remove one of them, or change its date',
      of('where'),
      of('number')
    ),
  'prices-rate': (of, trans) =>
    trans.__('%1: not a rate of a currency (it %2)', of('where'), of('error'))
};
