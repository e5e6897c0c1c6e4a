/**
 * Wire documents for tests, as docs/architecture.md draws them.
 */

import { nullTranslator } from '@jupyterlab/translation/lib/base';

import { Formatter } from '../core/words/format';
import { VERSION } from '../core/record/version';
import type { CallRecord } from '../core/record/record';
import { parseRecord } from '../core/record/record';
import type { StandingDocument } from '../core/record/standing';
import { parseStanding } from '../core/record/standing';

export type Wire = Record<string, unknown>;

/** English as written in the sources. */
export const trans = nullTranslator.load('jupyter_llm_meter');

export const format = new Formatter('en-US', 'UTC');

export function wireLimit(changes: Wire = {}): Wire {
  return {
    id: 'user/month/tokens',
    scope: 'user',
    value: null,
    window: 'month',
    unit: 'tokens',
    amount: '1000000',
    warn_at: [0.8],
    on_exceed: 'warn',
    time_zone: null,
    week_start: 'monday',
    reset_hour: 0,
    source: 'default',
    ...changes
  };
}

export function wireStanding(changes: Wire = {}): Wire {
  return {
    limit: wireLimit(),
    subject: 'alice',
    window_start: '2026-11-01T00:00:00.000000Z',
    resets_at: '2026-12-01T00:00:00.000000Z',
    used: '812345',
    reserved: '0',
    remaining: '187655',
    ratio: 0.812345,
    level: 'warning',
    ...changes
  };
}

/** A limit that is raised, refuses calls and is heading past its amount. */
export function wireBlocked(changes: Wire = {}): Wire {
  return wireStanding({
    limit: wireLimit({ on_exceed: 'block', source: 'settings' }),
    used: '1050000',
    remaining: '0',
    ratio: 1,
    level: 'blocked',
    amount: '1050000',
    raised: '50000',
    can_raise: true,
    forecast: { used: '1291500', ratio: 1.23, reached_at: '2026-11-28T14:00:00.000000Z' },
    ...changes
  });
}

export function wireRefusal(changes: Wire = {}): Wire {
  return wireAlert({
    id: 'refusal-1',
    kind: 'blocked',
    threshold: 1,
    used: '999000',
    amount: '1050000',
    needed: '1530',
    reserved: '200',
    ...changes
  });
}

export function wireRunaway(changes: Wire = {}): Wire {
  return {
    id: 'runaway-1',
    kernel_id: 'kernel-1',
    notebook_path: 'loop.ipynb',
    calls_per_minute: 120,
    usual_calls_per_minute: 6,
    cost_per_minute: '0.80',
    usual_cost_per_minute: '0.02',
    raised_at: '2026-11-23T20:00:00.000000Z',
    ...changes
  };
}

export function wireRaise(changes: Wire = {}): Wire {
  return {
    id: 'raise-1',
    limit_id: 'user/month/tokens',
    subject: 'alice',
    amount: '50000',
    unit: 'tokens',
    reason: 'The evaluation has to finish.',
    user: 'alice',
    raised_at: '2026-11-23T20:00:00.000000Z',
    expires_at: '2026-12-01T00:00:00.000000Z',
    ...changes
  };
}

export function wireAlert(changes: Wire = {}): Wire {
  return {
    id: 'alert-1',
    limit_id: 'user/month/tokens',
    subject: 'alice',
    threshold: 0.8,
    kind: 'warning',
    window_start: '2026-11-01T00:00:00.000000Z',
    resets_at: '2026-12-01T00:00:00.000000Z',
    raised_at: '2026-11-23T20:00:00.000000Z',
    used: '812345',
    amount: '1000000',
    unit: 'tokens',
    top_notebook: 'a.ipynb',
    ...changes
  };
}

export function wireTotals(changes: Wire = {}): Wire {
  return {
    calls: 3,
    input_tokens: 10,
    output_tokens: 2,
    cost: '0.0123',
    unpriced_calls: 0,
    missing_calls: 0,
    ...changes
  };
}

export function wireDocument(changes: Wire = {}): Wire {
  return {
    seq: 12,
    as_of: '2026-11-23T20:00:00.123456Z',
    state: { level: 'ok', problems: [] },
    standings: [wireStanding()],
    alerts: [],
    today: wireTotals(),
    month: wireTotals({ calls: 241, cost: '3.2112' }),
    unmetered: [],
    version: VERSION,
    ...changes
  };
}

export function documentWith(changes: Wire = {}): StandingDocument {
  return parseStanding(wireDocument(changes));
}

export function wireRecord(changes: Wire = {}): Wire {
  return {
    'llm_meter.call.id': 'call-1',
    'llm_meter.call.started_at': '2026-11-23T20:00:00.123456Z',
    'llm_meter.call.status': 'ok',
    'llm_meter.call.basis': 'reported',
    'llm_meter.call.source': 'tap',
    'gen_ai.operation.name': 'chat',
    'gen_ai.provider.name': 'openai',
    'gen_ai.request.model': 'gpt-5-mini',
    'gen_ai.usage.input_tokens': 346,
    'gen_ai.usage.output_tokens': 32,
    ...changes
  };
}

export function recordWith(changes: Wire = {}): CallRecord {
  return parseRecord(wireRecord(changes));
}
