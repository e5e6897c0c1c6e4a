/**
 * Answers in place of the server extension with what a spec makes up, so that every state of the page can be seen.
 *
 * The page is the real one in a real lab. Only the answers under `llm-meter/api/v1/` and the standing events are made up,
 * in the shapes of the protocol, which the page checks as always.
 */

import type { Page, Route, WebSocketRoute } from '@playwright/test';

import vectors from '../tests/vectors/standing.json';
import { CELLS, usageRows } from './fake-ledger';

type Wire = Readonly<Record<string, unknown>>;

const EVENT = 'https://events.jupyter.org/jupyter_llm_meter/standing/v1';

/** How the server extension is: there, gone with the server, or not installed. */
type Presence = 'here' | 'away' | 'absent';

export class FakeService {
  /** Whether it answers. */
  presence: Presence = 'here';

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
      calls: { calls: CALLS },
      cells: { cells: CELLS },
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

/** The moment at which all of this is so. */
export const NOW = '2026-11-26T06:30:00.000000Z';
const RESET = '2026-12-01T00:00:00.000000Z';

const [SHOWN] = vectors.standings.map(({ wire }) => wire);

function limit(changes: Wire): Wire {
  return { ...SHOWN.limit, ...changes };
}

function month(used: number, level: string, changes: Wire = {}): Wire {
  return {
    ...SHOWN,
    limit: limit({ on_exceed: level === 'blocked' ? 'block' : 'warn' }),
    can_raise: level === 'blocked',
    used: String(used),
    remaining: String(Math.max(1_000_000 - used, 0)),
    ratio: used / 1_000_000,
    level,
    forecast: { used: '930000', ratio: (used / 1_000_000) * 1.2 },
    ...changes
  };
}

/** A limit on one notebook whose name is as long as names in shared folders are. */
const LONG_NAME = 'teams/computer-vision/2026/experiments/captioning-of-street-scenes-v12.ipynb';
const NOTEBOOK_LIMIT: Wire = {
  limit: limit({
    id: 'notebook/day/USD',
    scope: 'notebook',
    window: 'day',
    unit: 'USD',
    amount: 5
  }),
  subject: LONG_NAME,
  window_start: '2026-11-26T00:00:00.000000Z',
  resets_at: '2026-11-27T00:00:00.000000Z',
  amount: '5',
  can_raise: false,
  used: '1.2034',
  reserved: '0.5',
  remaining: '3.2966',
  ratio: 0.34,
  level: 'ok'
};

function totals(calls: number, cost: string | undefined, changes: Wire = {}): Wire {
  return {
    calls,
    input_tokens: calls * 2713,
    output_tokens: calls * 391,
    cost,
    unpriced_calls: 0,
    missing_calls: 0,
    ...changes
  };
}

function state(standing: Wire, changes: Wire = {}): Wire {
  return {
    state: { level: 'ok', problems: [] },
    standings: [standing, NOTEBOOK_LIMIT],
    alerts: [],
    today: totals(18, '0.4127'),
    month: totals(262, '7.3051'),
    unmetered: [],
    ...changes
  };
}

function alert(kind: string, used: string, changes: Wire = {}): Wire {
  return {
    ...vectors.alerts[0].wire,
    id: `${kind}-${used}-${Math.random()}`,
    threshold: kind === 'warning' ? 0.8 : 1,
    kind,
    raised_at: NOW,
    used,
    top_notebook: LONG_NAME,
    ...changes
  };
}

/** The states of the gauge. */
export const STATES = {
  ok: state(month(412_345, 'ok')),
  warning: state(month(831_200, 'warning')),
  exceeded: state(month(1_012_000, 'exceeded', { forecast: { ratio: 1.21, reached_at: NOW } })),
  blocked: state(
    month(1_050_000, 'blocked', { amount: '1050000', raised: '50000', ratio: 1, soft_by: '1200' })
  ),
  unlimited: { ...state(month(0, 'ok')), standings: [] },
  unmetered: state(month(412_345, 'ok'), {
    state: {
      level: 'degraded',
      problems: [
        {
          code: 'spool-unreadable',
          message: 'Calls in these spools are not counted until they can be read: /tmp/1.jsonl.',
          explanation: {
            code: 'spool-unreadable',
            values: { files: '/tmp/1.jsonl' },
            text: 'Calls in these spools are not counted until they can be read: /tmp/1.jsonl.'
          }
        }
      ]
    },
    more_standings: 3,
    month: totals(262, '7.3051', { unpriced_calls: 4, missing_calls: 1 }),
    unmetered: [
      { kernel_id: 'k-1', name: 'ir', path: LONG_NAME, reason: 'language' },
      { kernel_id: 'k-2', name: 'python3', path: 'old.ipynb', reason: 'no-tap' }
    ]
  })
} as const satisfies Record<string, Wire>;

/** What makes the page speak up: a toast, a toast of a runaway kernel, the dialogs. Each is new each time. */
export const ALERTS = {
  toast: () => ({ ...STATES.warning, alerts: [alert('warning', '831200')] }),
  runaway: () => ({
    ...STATES.warning,
    runaways: [
      {
        ...vectors.runaways[0].wire,
        id: `runaway-${Math.random()}`,
        raised_at: NOW
      }
    ]
  }),
  reached: () => ({ ...STATES.exceeded, alerts: [alert('exceeded', '1012000')] }),
  refused: () => ({
    ...STATES.blocked,
    alerts: [alert('blocked', '1049300', { amount: '1050000', needed: '1530', reserved: '200' })]
  })
} as const;

const CALLS: readonly Wire[] = [
  call(1, 'openai', 'gpt-5-mini', 'analysis.ipynb', { cost: '0.0031' }),
  call(2, 'anthropic', 'claude-sonnet-4-5', LONG_NAME, { cost: '0.0412' }),
  call(3, 'fireworks', 'accounts/fireworks/models/llama-v3p1-405b-instruct', LONG_NAME, {
    basis: 'counted'
  }),
  call(4, 'openai', 'gpt-5-mini', 'analysis.ipynb', { basis: 'partial', status: 'aborted' }),
  call(5, 'openai', 'gpt-5', 'analysis.ipynb', { basis: 'none', status: 'refused' }),
  call(6, 'dashscope', 'qwen3-max-2026-01-23', 'notes.ipynb', { basis: 'missing' })
];

function call(
  number: number,
  provider: string,
  model: string,
  notebook: string,
  { cost, basis = 'reported', status = 'ok' }: Readonly<Record<string, string | undefined>>
): Wire {
  const isKnown = basis !== 'missing' && basis !== 'none';
  return {
    'llm_meter.call.id': `call-${number}`,
    'llm_meter.call.started_at': `2026-11-26T06:2${number}:00.000000Z`,
    'llm_meter.call.status': status,
    'llm_meter.call.basis': basis,
    'llm_meter.call.source': 'tap',
    'gen_ai.operation.name': 'chat',
    'gen_ai.provider.name': provider,
    'gen_ai.request.model': model,
    ...(isKnown && {
      'gen_ai.usage.input_tokens': 1234 * number,
      'gen_ai.usage.output_tokens': 219 * number
    }),
    ...(cost !== undefined && {
      'llm_meter.cost.amount': cost,
      'llm_meter.cost.currency': 'USD',
      'llm_meter.cost.source': 'table'
    }),
    'llm_meter.notebook.path': notebook,
    'llm_meter.cell.id': 'cell-1'
  };
}

const DIAGNOSIS: Wire = {
  ok: false,
  findings: [
    finding('service', 'lab-1 (127.0.0.1:40613)', 'good', 'service-answers', { since: NOW }),
    finding(
      'ledger',
      '/home/alice/.local/share/jupyter/llm-meter/ledger.sqlite3',
      'good',
      'ledger-none'
    ),
    finding('spool', '/home/alice/.local/share/jupyter/llm-meter', 'good', 'spool-empty'),
    finding('kernelspec', 'ir', 'bad', 'spec-language', { language: 'R' }),
    finding('kernelspec', 'torch', 'bad', 'python-no-tap', {
      version: '3.9.18',
      python: '/opt/conda/envs/torch/bin/python'
    }),
    finding('kernelspec', 'slurm', 'unknown', 'spec-elsewhere', { provisioner: 'slurm' })
  ],
  not_seen: [{ code: 'realtime', text: 'calls over WebSockets (realtime APIs) and gRPC' }]
};

function finding(
  area: string,
  subject: string,
  verdict: string,
  code: string,
  values: Wire = {}
): Wire {
  return { area, subject, verdict, code, values, text: '' };
}

const RAISES: readonly Wire[] = [
  {
    id: 'raise-1',
    limit_id: 'user/month/tokens',
    subject: 'alice',
    amount: '50000',
    unit: 'tokens',
    reason: 'The evaluation of the street scenes has to finish before the review on Friday.',
    user: 'alice',
    raised_at: '2026-11-25T16:04:00.000000Z',
    expires_at: RESET
  }
];
