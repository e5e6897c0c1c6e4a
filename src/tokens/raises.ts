/**
 * The token of the raises.
 */

import { Token } from '@lumino/coreutils';

import type { Raise, RaiseRequest } from '../core/limits/raise';

/** Raises of limits. */
export interface IRaises {
  /**
   * Adds to a limit's amount until the raise expires; the new figures are in the meter's snapshot.
   *
   * @param request - which limit, by how much and why.
   * @returns the raise.
   * @throws {ClientError} when it is not granted; the message says why.
   */
  raise(request: RaiseRequest): Promise<Raise>;

  /**
   * All raises, the newest first.
   *
   * @returns the raises, those that have expired included.
   * @throws {ClientError} when they cannot be had; the message says why.
   */
  list(): Promise<readonly Raise[]>;
}

/** The token of the raises. */
export const IRaises = new Token<IRaises>('jupyter-llm-meter:IRaises', 'Raises of limits.');
