/**
 * Problems that keep metering from being complete, in the user's language.
 *
 * Each known code has a title. What happened and what to do is in the explanation, see `explanation.ts`.
 */

import type { Problem } from '../record/standing';
import type { Translate } from './translate';

/**
 * The title of a problem; undefined for an unknown code.
 *
 * @param problem - the problem.
 * @param trans - the translations.
 * @returns the title.
 */
export function problemTitle(
  { code }: Pick<Problem, 'code'>,
  trans: Translate
): string | undefined {
  // `channel:NAME` is of one channel.
  switch (code.split(':')[0]) {
    case 'channel':
      return trans.__("An alert channel can't be used");
    case 'environment':
      return trans.__("Some environment variables aren't in force");
    case 'gate':
      return trans.__("Hard limits aren't enforced");
    case 'hub-away':
      return trans.__("The hub's ledger can't be reached");
    case 'hub-no-token':
      return trans.__("Calls aren't relayed to the hub");
    case 'ledger-corrupt':
    case 'ledger-foreign':
    case 'ledger-newer':
    case 'ledger-unusable':
      return trans.__("The ledger can't be used, so a temporary one is in use");
    case 'ledger-exposed':
      return trans.__('Other accounts can change the ledger');
    case 'ledger-unavailable':
      return trans.__("The ledger can't be reached");
    case 'limits-config':
      return trans.__("The administrator's limits aren't in force");
    case 'limits-settings':
      return trans.__("The limits in the settings can't be read");
    case 'messages-lost':
      return trans.__('Some calls from a kernel were lost');
    case 'not-durable':
      return trans.__('Counted calls may be lost');
    case 'price-table':
      return trans.__("The administrator's price table can't be used");
    case 'service-server':
      return trans.__('Calls are counted only after their process ends');
    case 'spool-lines':
      return trans.__("Some calls can't be read");
    case 'spool-unreadable':
      return trans.__("Some calls aren't counted yet");
    case 'time-zone':
      return trans.__('The configured time zone is unknown');
    case 'tokenizer-missing':
      return trans.__("Tokens can't be counted");
    default:
      return undefined;
  }
}

/**
 * What a problem is called in a list.
 *
 * @param problem - the problem.
 * @param trans - the translations.
 * @returns its title; the message of the service where the code is unknown.
 */
export function problemName(problem: Problem, trans: Translate): string {
  return problemTitle(problem, trans) ?? problem.message;
}
