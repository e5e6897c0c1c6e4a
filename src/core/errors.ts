/**
 * The errors of a question about calls, limits or alerts: one small tree.
 */

/** What was asked for cannot be had; the message says why. */
export class ClientError extends Error {
  override name = 'ClientError';
}

/** Nothing answered: the server is down or the network is. */
export class AwayError extends ClientError {
  override name = 'AwayError';
}

/** The Jupyter server answers, but has no such route: the server extension is not running, or is older than the page. */
export class AbsentError extends ClientError {
  override name = 'AbsentError';
}

/** The server extension answered with an error. */
export class RefusedError extends ClientError {
  override name = 'RefusedError';

  /**
   * @param status - the HTTP status code.
   * @param message - what the server said.
   */
  constructor(
    readonly status: number,
    message: string
  ) {
    super(message);
  }
}

/** The page is in local mode, and what was asked for needs the ledger. */
export class LocalModeError extends ClientError {
  override name = 'LocalModeError';

  /** The message is the same for all questions. */
  constructor() {
    super('This page counts by itself, without the ledger of the LLM Meter server extension.');
  }
}

/** The answer is not what the contract promises; the versions of page and server may differ. */
export class AnswerError extends ClientError {
  override name = 'AnswerError';
}
