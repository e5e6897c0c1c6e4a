/**
 * The routes of the server extension that the dashboard reads.
 */

import type { ServerConnection } from '@jupyterlab/services';

import type { CallPage, DashboardSource, Query } from '../core/dashboard/source';
import type { UsageRow } from '../core/dashboard/usage-rows';
import { parseUsage } from '../core/dashboard/usage-rows';
import { parseRecord } from '../core/record/record';
import { readText, Shape } from '../core/record/shape';
import type * as Wire from '../core/record/wire';
import { readAnswer, requestJson, routeUrl } from './request';

/** Reads the ledger for the dashboard. */
export class DashboardClient implements DashboardSource {
  /**
   * @param serverSettings - how to reach the Jupyter server.
   */
  constructor(private readonly serverSettings: ServerConnection.ISettings) {}

  /**
   * `GET usage`: sums by group.
   *
   * @throws {ClientError} when the server does not answer as it should.
   */
  async getUsage(query: Query): Promise<readonly UsageRow[]> {
    return readAnswer(parseUsage, await this._get('usage', query));
  }

  /**
   * `GET calls`: a page of calls, sorted and searched by the server.
   *
   * @throws {ClientError} when the server does not answer as it should.
   */
  async listCalls(query: Query): Promise<CallPage> {
    return readAnswer(readPage, await this._get('calls', query));
  }

  /**
   * `GET about`: the formats in which the server extension can export.
   *
   * @throws {AbsentError} when the server extension is older than the dashboard.
   * @throws {ClientError} when the server does not answer as it should.
   */
  async listFormats(): Promise<readonly string[]> {
    const body = await this._get('about', {});
    return readAnswer(
      value => new Shape<Wire.About>(value, 'answer').list('formats', readText),
      body
    );
  }

  /** The address of an export, which the browser saves as it comes. */
  exportUrl(query: Query): string {
    return routeUrl(this.serverSettings, routeOf('export', query));
  }

  private _get(route: string, query: Query): Promise<unknown> {
    return requestJson(this.serverSettings, routeOf(route, query));
  }
}

function routeOf(route: string, query: Query): string {
  const parameters = new URLSearchParams(query).toString();
  return parameters === '' ? route : `${route}?${parameters}`;
}

function readPage(value: unknown): CallPage {
  const shape = new Shape<Wire.CallPage>(value, 'answer');
  return { calls: shape.list('calls', parseRecord), nextCursor: shape.optionalText('next_cursor') };
}
