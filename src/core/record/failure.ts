/**
 * Why a request to the server failed, as plain data.
 */

import type { Explanation } from './explanation';

/**
 * `away`: nothing answered; `absent`: the server extension is not running or has no such route; `refused`: it answered
 * with an error; `unreadable`: its answer breaks the contract; `local`: it needs the server extension, and the page is in
 * local mode; `unknown`: anything else.
 */
export type FailureKind = 'away' | 'absent' | 'refused' | 'unreadable' | 'local' | 'unknown';

/** A failed request. */
export interface Failure {
  readonly kind: FailureKind;
  /** In English, for logs and for what no text of the page fits. */
  readonly message: string;
  /** The message as a code with values; absent where the server gave none. */
  readonly explanation?: Explanation;
  /** The HTTP status; absent if the server did not answer. */
  readonly status?: number;
}

/** An error that carries its failure, whichever module throws it. */
export interface FailureError extends Error {
  readonly failure: Failure;
}

/**
 * The failure behind an error.
 *
 * @param error - of any kind.
 * @returns the failure; `unknown` for an error that has none.
 */
export function failureOf(error: unknown): Failure {
  if (error instanceof Error && 'failure' in error) {
    return (error as FailureError).failure;
  }
  return { kind: 'unknown', message: error instanceof Error ? error.message : String(error) };
}
