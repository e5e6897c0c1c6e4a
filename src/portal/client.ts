/**
 * The requests of the portal to the hub's service, by addresses relative to the page. A failure is an error, never a figure.
 */

import type { CallPage, DashboardSource, LoadUsage, Query } from '../core/dashboard/source';
import type { UsageRow } from '../core/dashboard/usage-rows';
import { parseUsage } from '../core/dashboard/usage-rows';
import { ClientError, RefusedError } from '../core/errors';
import { parseRecord } from '../core/record/record';
import { Shape, ShapeError } from '../core/record/shape';
import type { Standing, StandingDocument } from '../core/record/standing';
import { readAlert, readStanding } from '../core/record/standing-reader';
import type * as Wire from '../core/record/wire';
import type { Translate } from '../core/words/translate';
import type { Reader, Whose } from './reader';
import { parseReader, seesCallsOf, whoseQuery } from './reader';

/** Sends a request, as `fetch` does. */
export type Send = (url: string, init: RequestInit) => Promise<Response>;

/** Asks the hub's service. */
export class HubClient {
  /**
   * @param send - sends a request.
   * @param xsrf - the page's token against forged requests.
   * @param trans - the translations, for errors.
   */
  constructor(
    private readonly send: Send,
    private readonly xsrf: string,
    private readonly trans: Translate
  ) {}

  /** `GET me`: who reads. */
  getReader(): Promise<Reader> {
    return this.get('me', {}, parseReader);
  }

  /**
   * Asks for something.
   *
   * @param route - its path.
   * @param query - the parameters.
   * @param parse - reads the answer, or throws a `ShapeError`.
   * @throws {ClientError} when the service does not answer as it should; the message is the reader's language.
   */
  async get<T>(route: string, query: Query, parse: (value: unknown) => T): Promise<T> {
    const body = await this._request(`api/v1/${route}?${new URLSearchParams(query).toString()}`);
    try {
      return parse(body);
    } catch (error) {
      if (error instanceof ShapeError) {
        throw new ClientError(
          this.trans.__(
            "This page can't read the answer of LLM Meter's service. Reload the page: the service may be newer."
          )
        );
      }
      throw error;
    }
  }

  private async _request(url: string): Promise<unknown> {
    let response: Response;
    try {
      response = await this.send(url, { headers: { 'X-XSRFToken': this.xsrf } });
    } catch {
      throw new ClientError(this.trans.__("Couldn't reach LLM Meter's service. Try again later."));
    }
    const body: unknown = await response.json().catch(() => undefined);
    if (!response.ok) {
      throw this._errorOf(response.status, body);
    }
    return body;
  }

  private _errorOf(status: number, body: unknown): ClientError {
    const { reason, message } = refusalOf(body);
    if (reason === 'no-user') {
      return new ClientError(
        this.trans.__('You are no longer logged in. Reload the page to log in.')
      );
    }
    // A proxy answers without a reason for a service that is starting or gone.
    if (status >= 500) {
      return new ClientError(
        this.trans.__("LLM Meter's service can't answer now: %1", message ?? `HTTP ${status}`)
      );
    }
    return new RefusedError(status, message ?? `HTTP ${status}`);
  }
}

/** The calls of those whose use is shown, as the dashboard reads them. */
export class HubSource implements DashboardSource {
  /**
   * @param client - asks the service.
   * @param whose - whose use is shown.
   * @param reader - who reads.
   */
  constructor(
    private readonly client: HubClient,
    private readonly whose: Whose,
    private readonly reader: Reader
  ) {}

  readonly hasLedger = true;

  getUsage(query: Query): Promise<readonly UsageRow[]> {
    return this.client.get('usage', this._ofThem(query), parseUsage);
  }

  listCalls(query: Query): Promise<CallPage> {
    return this.client.get('calls', this._ofThem(query), value => {
      const shape = new Shape<Wire.CallPage>(value, 'answer');
      return {
        calls: shape.list('calls', parseRecord),
        nextCursor: shape.optionalText('next_cursor')
      };
    });
  }

  /** {@inheritDoc DashboardSource.usageOf} */
  usageOf(standing: Standing): LoadUsage | undefined {
    return seesCallsOf(standing, this.reader)
      ? query => this.client.get('usage', query, parseUsage)
      : undefined;
  }

  /** `GET standings`: the limits of those whose use is shown, the nearest first, and their alerts. */
  getStandings(): Promise<StandingDocument> {
    const query = whoseQuery(this.whose, this.reader);
    return this.client.get('standings', query, value => readStandings(value, this.reader));
  }

  /** The hub's service exports nothing. */
  listFormats(): Promise<readonly string[]> {
    return Promise.resolve([]);
  }

  /** Never asked for. */
  exportUrl(): string {
    return '';
  }

  private _ofThem(query: Query): Query {
    return { ...query, ...whoseQuery(this.whose, this.reader) };
  }
}

/** What the service answers of limits: a part of the standing document. */
type WireStandings = Pick<Wire.StandingDocument, 'standings' | 'more_standings' | 'alerts'>;

function readStandings(value: unknown, { user }: Reader): StandingDocument {
  const shape = new Shape<WireStandings>(value, 'answer');
  return {
    seq: 0,
    isDegraded: false,
    problems: [],
    standings: shape.list('standings', readStanding),
    moreStandings: shape.optionalCount('more_standings') ?? 0,
    alerts: shape.list('alerts', readAlert),
    runaways: [],
    unmetered: [],
    callIds: [],
    owner: { user }
  };
}

function refusalOf(body: unknown): { readonly reason?: string; readonly message?: string } {
  if (typeof body !== 'object' || body === null) {
    return {};
  }
  const fields = body as Readonly<Record<string, unknown>>;
  const textOf = (name: string): string | undefined =>
    typeof fields[name] === 'string' ? fields[name] : undefined;
  return { reason: textOf('reason'), message: textOf('message') };
}
