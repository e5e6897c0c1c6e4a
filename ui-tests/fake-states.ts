/**
 * Standing documents that are made up: the states of the gauge, and what makes the page speak up.
 */

import vectors from '../tests/vectors/standing.json';

type Wire = Readonly<Record<string, unknown>>;

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
export const LONG_NAME =
  'teams/computer-vision/2026/experiments/captioning-of-street-scenes-v12.ipynb';
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

/** A hard limit in dollars that cannot hold the calls of some models. */
const DOLLARS: Wire = {
  ...NOTEBOOK_LIMIT,
  limit: limit({
    id: 'user/month/USD',
    unit: 'USD',
    amount: 10,
    on_exceed: 'block',
    unpriced: 'allow'
  }),
  subject: 'alice',
  resets_at: RESET,
  amount: '10',
  used: '7.3051',
  reserved: '0',
  remaining: '2.6949',
  ratio: 0.73051,
  unpriced_calls: 4
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
  unpriced: state(DOLLARS, {
    currency: { code: 'CNY', per_usd: '7.10', as_of: '2026-11-01' },
    month: totals(262, '7.3051', { unpriced_calls: 4 })
  }),
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

/** Two limits of a day that differ in zone and hour. */
export const TWO_DAYS: Wire = {
  ...STATES.ok,
  standings: [
    { ...month(412_345, 'ok'), limit: day({ named_by: ['time_zone', 'reset_hour'] }) },
    {
      ...month(212_345, 'ok'),
      limit: day({
        id: 'user/day/tokens@America-New_York',
        time_zone: 'America/New_York',
        reset_hour: 6,
        named_by: ['time_zone', 'reset_hour']
      })
    }
  ]
};

function day(changes: Wire): Wire {
  return limit({ id: 'user/day/tokens', window: 'day', ...changes });
}
