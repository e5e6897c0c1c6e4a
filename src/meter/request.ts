/**
 * One request to the server extension, by a route under `<base_url>llm-meter/api/v1/`. A failure is an error, never a figure.
 */

import { URLExt } from '@jupyterlab/coreutils';
import { ServerConnection } from '@jupyterlab/services';

import type { ClientError } from '../core/errors';
import { AbsentError, AnswerError, AwayError, RefusedError } from '../core/errors';
import type { Explanation } from '../core/record/explanation';
import { readExplanation } from '../core/record/explanation';
import { Shape, ShapeError } from '../core/record/shape';
import type * as Wire from '../core/record/wire';

/**
 * The address of a route.
 *
 * @param serverSettings - how to reach the Jupyter server.
 * @param route - the path under the prefix, with the query.
 * @returns an absolute URL.
 */
export function routeUrl(serverSettings: ServerConnection.ISettings, route: string): string {
  return URLExt.join(serverSettings.baseUrl, 'llm-meter', 'api', 'v1') + `/${route}`;
}

/**
 * Sends a request to the server extension.
 *
 * @param serverSettings - how to reach the Jupyter server.
 * @param route - the path under the prefix, with the query.
 * @param init - method and body.
 * @returns the JSON body of the answer; undefined when it has none.
 * @throws {ClientError} when the server does not answer as it should.
 */
export async function requestJson(
  serverSettings: ServerConnection.ISettings,
  route: string,
  init: RequestInit = {}
): Promise<unknown> {
  const response = await fetchRoute(serverSettings, routeUrl(serverSettings, route), init);
  const body = await bodyOf(response);
  if (!response.ok) {
    throw errorOf(response, body);
  }
  return body;
}

/**
 * Reads the body of an answer.
 *
 * @param parse - reads it, or throws a `ShapeError`.
 * @param body - the body.
 * @returns what it holds.
 * @throws {AnswerError} when it is not what the contract promises.
 */
export function readAnswer<T>(parse: (value: unknown) => T, body: unknown): T {
  try {
    return parse(body);
  } catch (error) {
    if (error instanceof ShapeError) {
      throw new AnswerError(
        `This page can't read the answer of the LLM Meter service: ${error.message}.`
      );
    }
    throw error;
  }
}

async function fetchRoute(
  serverSettings: ServerConnection.ISettings,
  url: string,
  init: RequestInit
): Promise<Response> {
  try {
    return await ServerConnection.makeRequest(url, init, serverSettings);
  } catch (error) {
    throw new AwayError(`Couldn't reach the Jupyter server: ${String(error)}`);
  }
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
    return new AbsentError("The LLM Meter server extension isn't running.");
  }
  // A proxy answers with one of these for a server that is starting or gone.
  if ([502, 503, 504].includes(response.status)) {
    return new AwayError(`Couldn't reach the Jupyter server (HTTP ${response.status}).`);
  }
  const { message, explanation } = readAnswer(readRefusal, body);
  return new RefusedError(response.status, message ?? `HTTP ${response.status}`, explanation);
}

/** What an error's body says; nothing if it is not from the server extension. */
function readRefusal(body: unknown): { message?: string; explanation?: Explanation } {
  if (typeof body !== 'object' || body === null) {
    return {};
  }
  const of = new Shape<Wire.Error>(body, 'answer');
  return {
    message: of.optionalText('message'),
    explanation: of.optionalObject('explanation', readExplanation)
  };
}
