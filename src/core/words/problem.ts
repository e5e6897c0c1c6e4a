/**
 * What keeps metering from being whole, in the user's language.
 *
 * Owns a title for each code of a problem; the service's own sentence, which is English, follows with the particulars.
 */

import type { Problem } from '../record/standing';
import type { Translate } from './translate';

/** What a problem means, for people who do not read its particulars; undefined for a code that is not known here. */
export function problemTitle({ code }: Problem, trans: Translate): string | undefined {
  // `channel:NAME` is of one channel.
  switch (code.split(':')[0]) {
    case 'channel':
      return trans.__('A channel for alerts cannot be used');
    case 'gate':
      return trans.__('Hard limits do not hold');
    case 'ledger-corrupt':
    case 'ledger-foreign':
    case 'ledger-newer':
    case 'ledger-unusable':
      return trans.__('The ledger cannot be used, another one is kept meanwhile');
    case 'ledger-unavailable':
      return trans.__('The ledger cannot be reached now');
    case 'limits-config':
      return trans.__('The limits of the administrator are not in force');
    case 'limits-settings':
      return trans.__('The limits in the settings cannot be read');
    case 'listener':
      return trans.__('Calls are counted only once their process has ended');
    case 'messages-lost':
      return trans.__('Calls of a kernel were lost on the way');
    case 'not-durable':
      return trans.__('Calls that were counted may be lost');
    case 'price-table':
      return trans.__('The price table of the administrator cannot be used');
    case 'spool-lines':
      return trans.__('Some calls cannot be read');
    case 'spool-unreadable':
      return trans.__('Some calls are not counted yet');
    case 'time-zone':
      return trans.__('The configured time zone is not known');
    case 'tokenizer-missing':
      return trans.__('Tokens cannot be counted');
    default:
      return undefined;
  }
}

/** A problem in one line, its title first. */
export function problemText(problem: Problem, trans: Translate): string {
  const title = problemTitle(problem, trans);
  return title === undefined ? problem.message : trans.__('%1: %2', title, problem.message);
}
