/**
 * The requests of the page to the server extension.
 */

import type { ServerConnection } from '@jupyterlab/services';

import { parseCells, parseCopyOf } from '../core/record/cell-runs';
import type { UsageRow } from '../core/dashboard/usage-rows';
import type { Raise, RaiseRequest } from '../core/limits/raise';
import type { CallRecord } from '../core/record/record';
import { parseRecord, writeRecord } from '../core/record/record';
import { readText, Shape } from '../core/record/shape';
import type * as Wire from '../core/record/wire';
import type { StandingDocument } from '../core/record/standing';
import { parseStanding } from '../core/record/standing-reader';
import type { UnmeteredProgram } from '../core/record/programs';
import type { CallPage, ICallStore, ICellRequest, ICellsAnswer, Query } from '../tokens';
import { readAnswer, requestJson, routeUrl } from './request';

/** Calls the routes of the server extension. */
export class MeterClient implements ICallStore {
  /**
   * @param serverSettings - how to reach the Jupyter server.
   */
  constructor(private readonly serverSettings: ServerConnection.ISettings) {}

  /** {@inheritDoc ICallStore.hasLedger} */
  readonly hasLedger = true;

  /**
   * `GET standing`.
   *
   * @returns where every limit is now.
   * @throws {ClientError} when the server does not answer as it should.
   */
  async getStanding(): Promise<StandingDocument> {
    return readAnswer(parseStanding, await this._request('standing'));
  }

  /**
   * `GET calls`: a page of calls, sorted and searched by the server.
   *
   * @param query - the parameters.
   * @returns the calls.
   * @throws {ClientError} when the server does not answer as it should.
   */
  async listCalls(query: Query): Promise<CallPage> {
    return readAnswer(readPage, await this._request(routeOf('calls', query)));
  }

  /**
   * `GET cells`: the newest runs of each cell of a notebook that made calls.
   *
   * @param notebook - its path under the lab's root.
   * @returns the runs; the answer names no calls.
   * @throws {ClientError} when the server does not answer as it should.
   */
  async listCells(notebook: string): Promise<ICellsAnswer> {
    const body = await this._request(routeOf('cells', { notebook }));
    const copyOf = readAnswer(parseCopyOf, body);
    return { cells: readAnswer(parseCells, body), callIds: [], copyOf };
  }

  /**
   * `GET usage`: sums by group.
   *
   * @param query - the parameters.
   * @returns a row for each group.
   * @throws {ClientError} when the server does not answer as it should.
   */
  async getUsage(query: Query): Promise<readonly UsageRow[]> {
    const [body, { parseUsage }] = await Promise.all([
      this._request(routeOf('usage', query)),
      import('../core/dashboard/usage-rows')
    ]);
    return readAnswer(parseUsage, body);
  }

  /**
   * `GET about`: the formats in which the server extension exports.
   *
   * @returns their names.
   * @throws {AbsentError} when the server extension is older than this page.
   * @throws {ClientError} when the server does not answer as it should.
   */
  async listFormats(): Promise<readonly string[]> {
    const body = await this._request('about');
    return readAnswer(
      value => new Shape<Wire.About>(value, 'answer').list('formats', readText),
      body
    );
  }

  /**
   * `GET doctor`: what is metered, what is not, and what to do; takes seconds.
   *
   * @returns the answer, for `readDiagnosis`, which is loaded with the dialog that shows it.
   * @throws {ClientError} when the server does not answer as it should.
   */
  getDiagnosis(): Promise<unknown> {
    return this._request('doctor');
  }

  /**
   * `GET programs`: running programs whose calls are not metered.
   *
   * @returns the programs.
   * @throws {ClientError} when the server does not answer as it should.
   */
  async listPrograms(): Promise<readonly UnmeteredProgram[]> {
    const { parsePrograms } = await import('../core/record/programs');
    return readAnswer(parsePrograms, await this._request('programs'));
  }

  /**
   * `POST channels/test`: sends a test message to every alert channel; takes a minute at most.
   *
   * @returns the answer, for `readChannelTest`, which is loaded with the dialog that shows it.
   * @throws {ClientError} when the server does not answer as it should.
   */
  testChannels(): Promise<unknown> {
    return this._request('channels/test', { method: 'POST' });
  }

  /**
   * The address of an export.
   *
   * @param query - the parameters of `GET export`.
   * @returns an absolute URL.
   */
  exportUrl(query: Query): string {
    return routeUrl(this.serverSettings, routeOf('export', query));
  }

  /**
   * `POST calls`: uploads calls that this page found; the ledger counts each once by its id.
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
   * `POST runs`: says which cell is sent to a kernel.
   *
   * @param request - the cell and the id of its request.
   * @throws {ClientError} when the server does not answer as it should.
   */
  async postRun({ kernelId, requestId, cellId }: ICellRequest): Promise<void> {
    const run: Wire.RunRequest = { kernel_id: kernelId, run_id: requestId, cell_id: cellId };
    await this._request('runs', { method: 'POST', body: JSON.stringify(run) });
  }

  /**
   * `POST takeover`: transfers what was counted in local mode; the ledger counts the totals of each tab once.
   *
   * @param takeover - as `writeTakeover` writes it.
   * @returns the parts' ids, each with the revision up to which the ledger holds it.
   * @throws {ClientError} when the server does not answer as it should.
   */
  async postTakeover(takeover: Wire.Takeover): Promise<ReadonlyMap<string, number>> {
    const body = await this._request('takeover', {
      method: 'POST',
      body: JSON.stringify(takeover)
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
   * @returns whether this tab shows it.
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
   * @param request - which limit, by how much and why.
   * @returns the raise.
   * @throws {RefusedError} 403 when this user may not, 400 when something in the request is wrong; the message says what.
   * @throws {ClientError} when the server does not answer as it should.
   */
  async postRaise(request: RaiseRequest): Promise<Raise> {
    const { parseRaise, writeRaiseRequest } = await import('../core/limits/raise');
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
    const { parseRaise } = await import('../core/limits/raise');
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

function routeOf(route: string, query: Query): string {
  const parameters = new URLSearchParams(query).toString();
  return parameters === '' ? route : `${route}?${parameters}`;
}

function readPage(value: unknown): CallPage {
  const shape = new Shape<Wire.CallPage>(value, 'answer');
  return {
    calls: shape.list('calls', parseRecord),
    nextCursor: shape.optionalText('next_cursor'),
    archive: shape.optionalObject('archive', note => ({
      until: note.text('until'),
      isNeeded: note.optionalFlag('is_needed') === true
    }))
  };
}
