/**
 * Answers in place of the server extension with what a spec makes up, so that every state of the page can be seen.
 *
 * The page is the real one in a real lab. Only the answers under `llm-meter/api/v1/` and the standing events are made up,
 * in the shapes of the protocol, which the page checks as always.
 */

import type { Page, Route, WebSocketRoute } from '@playwright/test';

import { CALLS, DIAGNOSIS, PROGRAMS, RAISES } from './fake-answers';
import { CELLS, usageRows } from './fake-ledger';
import { NOW, STATES } from './fake-states';

type Wire = Readonly<Record<string, unknown>>;

const EVENT = 'https://events.jupyter.org/jupyter_llm_meter/standing/v1';

/** How the server extension is: there, gone with the server, or not installed. */
type Presence = 'here' | 'away' | 'absent';

export class FakeService {
  /** Whether it answers. */
  presence: Presence = 'here';
  /** The notebook that every other one is a copy of; absent: they have a history. */
  copyOf?: string;

  private constructor(private document: Wire) {}

  /** Takes the place of the server extension for a page, before the page is opened. */
  static async install(page: Page): Promise<FakeService> {
    const service = new FakeService(STATES.ok);
    await page.route(/\/llm-meter\/api\/v1\//, route => service.answer(route));
    await page.routeWebSocket(/\/api\/events\/subscribe/, socket => {
      service.socket = socket;
    });
    return service;
  }

  /** Changes the standing and sends it to the open page. */
  show(document: Wire): void {
    this.seq += 1;
    this.document = document;
    this.socket?.send(JSON.stringify({ schema_id: EVENT, ...this.current() }));
  }

  private answer(route: Route): Promise<void> {
    if (this.presence === 'away') {
      return route.abort();
    }
    if (this.presence === 'absent') {
      return route.fulfill({ status: 404, json: { message: 'Not Found' } });
    }
    const { pathname, searchParams } = new URL(route.request().url());
    const path = pathname.split('/llm-meter/api/v1/')[1] ?? '';
    if (path.endsWith('/acknowledge')) {
      this.document = { ...this.document, alerts: [], runaways: [] };
      return route.fulfill({ status: 204 });
    }
    const body = path.endsWith('/claim') ? { claimed: true } : this.bodies(searchParams)[path];
    return body === undefined
      ? route.fulfill({ status: 400, json: { message: `nothing is made up for ${path}` } })
      : route.fulfill({ json: body });
  }

  private bodies(query: URLSearchParams): Readonly<Record<string, unknown>> {
    return {
      standing: this.current(),
      about: { version: '0.1.0', formats: ['csv', 'jsonl'] },
      doctor: DIAGNOSIS,
      programs: { programs: this.document === STATES.unmetered ? PROGRAMS : [] },
      calls: { calls: CALLS },
      cells: this.copyOf === undefined ? { cells: CELLS } : { cells: [], copy_of: this.copyOf },
      usage: { rows: usageRows(query) },
      takeover: { taken: [] },
      'limits/raises': { raises: RAISES }
    };
  }

  private current(): Wire {
    return { seq: this.seq, as_of: NOW, call_ids: [], version: '0.1.0', ...this.document };
  }

  private seq = 1;
  private socket?: WebSocketRoute;
}
