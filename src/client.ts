/**
 * The only file that talks to the server part, by its REST routes under `<base_url>llm-meter/api/v1/`.
 *
 * Owns the routes, the reading of answers and the small tree of errors; refuses to turn a failure into a figure.
 */

import { URLExt } from '@jupyterlab/coreutils';
import { ServerConnection } from '@jupyterlab/services';

import type { CallRecord } from './core/record';
import { parseRecord, writeRecord } from './core/record';
import { readText, Shape, ShapeError } from './core/shape';
import type { StandingDocument } from './core/standing';
import { parseStanding } from './core/standing';

/** The server part did not answer as it should. */
export class ClientError extends Error {
  override name = 'ClientError';
}

/** Nothing answered: the server is down or the network is. */
export class AwayError extends ClientError {
  override name = 'AwayError';
}

/** The Jupyter server answers, but has no such route: the LLM Meter part is not running. */
export class AbsentError extends ClientError {
  override name = 'AbsentError';
}

/** The server part answered with an error. */
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

/** The answer is not what the contract promises; the versions of page and server may differ. */
export class AnswerError extends ClientError {
  override name = 'AnswerError';
}

/** Calls the routes of the server part. */
export class MeterClient {
  /**
   * @param serverSettings - how to reach the Jupyter server.
   */
  constructor(private readonly serverSettings: ServerConnection.ISettings) {}

  /**
   * `GET standing`.
   *
   * @throws {ClientError} when the server does not answer as it should.
   */
  async getStanding(): Promise<StandingDocument> {
    return read(parseStanding, await this._request('standing'));
  }

  /**
   * `GET calls`: the newest calls first.
   *
   * @param limit - how many at most.
   * @throws {ClientError} when the server does not answer as it should.
   */
  async listCalls(limit: number): Promise<readonly CallRecord[]> {
    const body = await this._request(`calls${URLExt.objectToQueryString({ limit })}`);
    return read(value => new Shape(value, 'answer').list('calls', parseRecord), body);
  }

  /**
   * `POST calls`: hands calls that this page found to the ledger, which takes each once by its id.
   *
   * @param records - the calls.
   * @returns the ids that the ledger now holds.
   * @throws {ClientError} when the server does not answer as it should.
   */
  async postCalls(records: readonly CallRecord[]): Promise<readonly string[]> {
    const body = await this._request('calls', {
      method: 'POST',
      body: JSON.stringify({ records: records.map(writeRecord) })
    });
    return read(value => new Shape(value, 'answer').list('acknowledged', readText), body);
  }

  /**
   * `POST takeover`: hands over what was counted without the server part, which takes each part once.
   *
   * @param handOver - as `writeHandOver` writes it.
   * @returns the parts' ids, each with the revision up to which the ledger holds it.
   * @throws {ClientError} when the server does not answer as it should.
   */
  async takeOver(handOver: object): Promise<ReadonlyMap<string, number>> {
    const body = await this._request('takeover', {
      method: 'POST',
      body: JSON.stringify(handOver)
    });
    const taken = read(value => new Shape(value, 'answer').list('taken', readTaken), body);
    return new Map(taken);
  }

  /**
   * `POST alerts/{id}/claim`.
   *
   * @param alertId - the alert.
   * @param claimant - the id of this tab.
   * @returns whether this tab is the one to show it.
   * @throws {ClientError} when the server does not answer as it should.
   */
  async claimAlert(alertId: string, claimant: string): Promise<boolean> {
    const body = await this._request(alertRoute(alertId, 'claim'), {
      method: 'POST',
      body: JSON.stringify({ claimant })
    });
    return read(value => new Shape(value, 'answer').optionalFlag('claimed') === true, body);
  }

  /**
   * `POST alerts/{id}/acknowledge`.
   *
   * @param alertId - the alert.
   * @throws {ClientError} when the server does not answer as it should.
   */
  async acknowledgeAlert(alertId: string): Promise<void> {
    await this._request(alertRoute(alertId, 'acknowledge'), { method: 'POST' });
  }

  private async _request(route: string, init: RequestInit = {}): Promise<unknown> {
    const url = URLExt.join(this.serverSettings.baseUrl, 'llm-meter', 'api', 'v1') + `/${route}`;
    const response = await this._fetch(url, init);
    const body = await bodyOf(response);
    if (!response.ok) {
      throw errorOf(response, body);
    }
    return body;
  }

  private async _fetch(url: string, init: RequestInit): Promise<Response> {
    try {
      return await ServerConnection.makeRequest(url, init, this.serverSettings);
    } catch (error) {
      throw new AwayError(`The Jupyter server does not answer: ${String(error)}`);
    }
  }
}

function readTaken(value: unknown, path: string): readonly [string, number] {
  const shape = new Shape(value, path);
  return [shape.text('id'), shape.count('revision')];
}

function alertRoute(alertId: string, action: string): string {
  return `alerts/${encodeURIComponent(alertId)}/${action}`;
}

/** The JSON body of an answer; undefined when there is none or it is not JSON. */
async function bodyOf(response: Response): Promise<unknown> {
  const text = await response.text();
  try {
    return text === '' ? undefined : JSON.parse(text);
  } catch {
    return undefined;
  }
}

function errorOf(response: Response, body: unknown): ClientError {
  if (response.status === 404) {
    return new AbsentError('This Jupyter server has no LLM Meter part.');
  }
  // A proxy in front of a server that is starting or gone answers for it with one of these.
  if ([502, 503, 504].includes(response.status)) {
    return new AwayError(`The Jupyter server does not answer (HTTP ${response.status}).`);
  }
  return new RefusedError(response.status, messageIn(body) ?? `HTTP ${response.status}`);
}

function messageIn(body: unknown): string | undefined {
  const isObject = typeof body === 'object' && body !== null;
  return isObject && 'message' in body && typeof body.message === 'string'
    ? body.message
    : undefined;
}

function read<T>(parse: (value: unknown) => T, body: unknown): T {
  try {
    return parse(body);
  } catch (error) {
    if (error instanceof ShapeError) {
      throw new AnswerError(
        `The LLM Meter service sent an answer that this page cannot read: ${error.message}.`
      );
    }
    throw error;
  }
}
