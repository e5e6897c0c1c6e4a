/**
 * What the meter asks of the server part.
 */

import { URLExt } from '@jupyterlab/coreutils';
import type { ServerConnection } from '@jupyterlab/services';

import type { CellRuns } from '../core/record/cell-runs';
import { parseCells } from '../core/record/cell-runs';
import type { UsageRow } from '../core/dashboard/usage-rows';
import { parseUsage } from '../core/dashboard/usage-rows';
import type { Raise, RaiseRequest } from '../core/limits/raise';
import { parseRaise, writeRaiseRequest } from '../core/limits/raise';
import type { CallRecord } from '../core/record/record';
import { parseRecord, writeRecord } from '../core/record/record';
import { readText, Shape } from '../core/record/shape';
import type * as Wire from '../core/record/wire';
import type { StandingDocument } from '../core/record/standing';
import { parseStanding } from '../core/record/standing-reader';
import { readAnswer, requestJson } from './request';

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
    return readAnswer(parseStanding, await this._request('standing'));
  }

  /**
   * `GET calls`: the newest calls first.
   *
   * @param limit - how many at most.
   * @throws {ClientError} when the server does not answer as it should.
   */
  async listCalls(limit: number): Promise<readonly CallRecord[]> {
    const body = await this._request(`calls${URLExt.objectToQueryString({ limit })}`);
    return readAnswer(
      value => new Shape<Wire.CallPage>(value, 'answer').list('calls', parseRecord),
      body
    );
  }

  /**
   * `GET cells`: the newest runs of each cell of a notebook that made calls.
   *
   * @param notebook - its path under the lab's root.
   * @throws {ClientError} when the server does not answer as it should.
   */
  async listCells(notebook: string): Promise<readonly CellRuns[]> {
    const body = await this._request(`cells${URLExt.objectToQueryString({ notebook })}`);
    return readAnswer(parseCells, body);
  }

  /**
   * `GET usage`: sums by group.
   *
   * @throws {ClientError} when the server does not answer as it should.
   */
  async getUsage(query: Readonly<Record<string, string>>): Promise<readonly UsageRow[]> {
    return readAnswer(
      parseUsage,
      await this._request(`usage${URLExt.objectToQueryString({ ...query })}`)
    );
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
    return readAnswer(
      value => new Shape<Wire.ReportedAnswer>(value, 'answer').list('acknowledged', readText),
      body
    );
  }

  /**
   * `POST takeover`: hands over what was counted without the server part, which takes each part once.
   *
   * @param handOver - as `writeHandOver` writes it.
   * @returns the parts' ids, each with the revision up to which the ledger holds it.
   * @throws {ClientError} when the server does not answer as it should.
   */
  async takeOver(handOver: Wire.Takeover): Promise<ReadonlyMap<string, number>> {
    const body = await this._request('takeover', {
      method: 'POST',
      body: JSON.stringify(handOver)
    });
    const taken = readAnswer(
      value => new Shape<Wire.TakeoverAnswer>(value, 'answer').list('taken', readTaken),
      body
    );
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
    return readAnswer(
      value => new Shape<Wire.ClaimAnswer>(value, 'answer').optionalFlag('claimed') === true,
      body
    );
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

  /**
   * `POST limits/raises`: adds to a limit's amount until the raise expires.
   *
   * @param request - what is asked for.
   * @returns the raise.
   * @throws {RefusedError} 403 when this user may not, 400 when something in the request is wrong; the message says what.
   * @throws {ClientError} when the server does not answer as it should.
   */
  async postRaise(request: RaiseRequest): Promise<Raise> {
    const body = await this._request('limits/raises', {
      method: 'POST',
      body: JSON.stringify(writeRaiseRequest(request))
    });
    return readAnswer(parseRaise, body);
  }

  /**
   * `GET limits/raises`: every raise ever made, the newest first.
   *
   * @throws {ClientError} when the server does not answer as it should.
   */
  async listRaises(): Promise<readonly Raise[]> {
    const body = await this._request('limits/raises');
    return readAnswer(
      value => new Shape<Wire.RaisesAnswer>(value, 'answer').list('raises', parseRaise),
      body
    );
  }

  private _request(route: string, init?: RequestInit): Promise<unknown> {
    return requestJson(this.serverSettings, route, init);
  }
}

function readTaken(value: unknown, path: string): readonly [string, number] {
  const shape = new Shape<Wire.TakeoverAnswer['taken'][number]>(value, path);
  return [shape.text('id'), shape.count('revision')];
}

function alertRoute(alertId: string, action: string): string {
  return `alerts/${encodeURIComponent(alertId)}/${action}`;
}
