/**
 * The errors of a request about calls, limits or alerts: one small tree.
 */

import type { Explanation } from './record/explanation';
import type { Failure, FailureError, FailureKind } from './record/failure';

/** What was requested is not available; the message says why. */
export class ClientError extends Error implements FailureError {
  override name = 'ClientError';
  protected readonly kind: FailureKind = 'unknown';

  /** The same as plain data. */
  get failure(): Failure {
    return { kind: this.kind, message: this.message };
  }
}

/** Nothing answered: the server is down or the network is. */
export class AwayError extends ClientError {
  override name = 'AwayError';
  protected override readonly kind = 'away';
}

/** The Jupyter server answers, but has no such route: the server extension is not running, or is older than the page. */
export class AbsentError extends ClientError {
  override name = 'AbsentError';
  protected override readonly kind = 'absent';
}

/** The server extension answered with an error. */
export class RefusedError extends ClientError {
  override name = 'RefusedError';
  protected override readonly kind = 'refused';

  /**
   * @param status - the HTTP status code.
   * @param message - what the server said.
   * @param explanation - the same as a code with values, if the server gave it.
   */
  constructor(
    readonly status: number,
    message: string,
    readonly explanation?: Explanation
  ) {
    super(message);
  }

  override get failure(): Failure {
    const { status, explanation } = this;
    return { ...super.failure, status, ...(explanation && { explanation }) };
  }
}

/** The page is in local mode, and what was requested needs the ledger. */
export class LocalModeError extends ClientError {
  override name = 'LocalModeError';
  protected override readonly kind = 'local';

  /** The message is the same for all requests. */
  constructor() {
    super('Not available in local mode: this needs the LLM Meter server extension.');
  }
}

/** The answer does not match the contract; the versions of page and server may differ. */
export class AnswerError extends ClientError {
  override name = 'AnswerError';
  protected override readonly kind = 'unreadable';
}
