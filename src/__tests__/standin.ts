/**
 * A stand-in for the server: a real HTTP server on loopback that answers by the contract of the server extension, where it has one,
 * and keeps JupyterLab's settings.
 */

import { ServerConnection } from '@jupyterlab/services';
import { createServer } from 'http';
import type { IncomingMessage, Server, ServerResponse } from 'http';
import type { AddressInfo } from 'net';

import type { Wire } from './samples';
import { wireDocument, wireRaise, wireRecord } from './samples';

export class Standin {
  /** The answer of `GET standing`. */
  document: Wire = wireDocument();

  /** Whether there is a server extension. */
  hasServerExtension = true;

  /** The settings that pages saved, by their id. */
  readonly settingTexts = new Map<string, string>();

  /** Bodies of `POST takeover`. */
  readonly takeovers: { parts: { id: string; revision: number }[] }[] = [];

  /** Answers every request with this status, when set. */
  failure?: { status: number; body: Wire };

  /** Who claimed an alert first. */
  readonly claims = new Map<string, string>();

  readonly acknowledged: string[] = [];

  /** The calls that pages found. */
  readonly records: Wire[] = [];

  /** Bodies of `POST runs`. */
  readonly runs: Wire[] = [];

  /** Bodies of `POST limits/raises`. */
  readonly raises: Wire[] = [];

  /** Every request, as `GET standing`. */
  readonly requests: string[] = [];

  private readonly _server: Server = createServer((request, response) => {
    void this._answer(request, response);
  });

  async start(): Promise<void> {
    await new Promise<void>(resolve => this._server.listen(0, '127.0.0.1', resolve));
  }

  async stop(): Promise<void> {
    this._server.closeAllConnections();
    await new Promise(resolve => this._server.close(resolve));
  }

  get settings(): ServerConnection.ISettings {
    const { port } = this._server.address() as AddressInfo;
    return ServerConnection.makeSettings({
      baseUrl: `http://127.0.0.1:${port}/base/`,
      wsUrl: `ws://127.0.0.1:${port}/base/`
    });
  }

  private async _answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const path = (request.url ?? '').split('?')[0];
    const route = path.replace('/base/llm-meter/api/v1/', '');
    this.requests.push(`${request.method} ${route}`);
    const body = await textOf(request);
    if (this.failure !== undefined) {
      send(response, this.failure.status, this.failure.body);
    } else if (path.startsWith('/base/api/settings/')) {
      this._settings(path.replace('/base/api/settings/', ''), body, response);
    } else if (!this.hasServerExtension) {
      send(response, 404, { message: 'Not Found' });
    } else {
      this._route(route, body, response);
    }
  }

  private _route(route: string, body: string, response: ServerResponse): void {
    const [head, alertId, action] = route.split('/');
    if (head === 'standing') {
      send(response, 200, this.document);
    } else if (head === 'calls' && body !== '') {
      const { records } = JSON.parse(body) as { records: Wire[] };
      this.records.push(...records);
      send(response, 200, { acknowledged: records.map(record => record['llm_meter.call.id']) });
    } else if (route === 'limits/raises' && body !== '') {
      const request = JSON.parse(body) as Wire;
      this.raises.push(request);
      send(response, 201, wireRaise(request));
    } else if (route === 'limits/raises') {
      send(response, 200, { raises: this.raises.map(wireRaise) });
    } else if (head === 'takeover') {
      const takeover = JSON.parse(body) as (typeof this.takeovers)[number];
      this.takeovers.push(takeover);
      send(response, 200, {
        taken: takeover.parts.map(({ id, revision }) => ({ id, revision }))
      });
    } else if (head === 'calls') {
      send(response, 200, { calls: [wireRecord()] });
    } else if (head === 'runs') {
      this.runs.push(JSON.parse(body) as Wire);
      response.writeHead(204).end();
    } else if (head === 'alerts' && action === 'claim') {
      const { claimant } = JSON.parse(body) as { claimant: string };
      const first = this.claims.get(alertId) ?? claimant;
      this.claims.set(alertId, first);
      send(response, 200, { claimed: first === claimant });
    } else if (head === 'alerts' && action === 'acknowledge') {
      this.acknowledged.push(alertId);
      response.writeHead(204).end();
    } else {
      send(response, 404, { message: 'Not Found' });
    }
  }

  private _settings(id: string, body: string, response: ServerResponse): void {
    if (body === '') {
      send(response, 200, { id, raw: this.settingTexts.get(id) ?? '{}', schema: {}, settings: {} });
    } else {
      this.settingTexts.set(id, (JSON.parse(body) as { raw: string }).raw);
      response.writeHead(204).end();
    }
  }
}

/** Waits until something holds; jest's own time limit ends a wait in vain. */
export async function until(holds: () => boolean): Promise<void> {
  while (!holds()) {
    await new Promise(resolve => setTimeout(resolve, 5));
  }
}

async function textOf(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) {
    chunks.push(chunk as Buffer);
  }
  return Buffer.concat(chunks).toString();
}

function send(response: ServerResponse, status: number, body: Wire): void {
  response.writeHead(status, { 'Content-Type': 'application/json' }).end(JSON.stringify(body));
}
