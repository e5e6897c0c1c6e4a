/**
 * Wire documents for tests, from the vectors of the contract.
 */

import { nullTranslator } from '@jupyterlab/translation/lib/base';

import vectors from '../../tests/vectors/standing.json';
import { Formatter } from '../core/words/format';
import type { Translate } from '../core/words/translate';
import type { Words } from '../core/words/words';
import { VERSION } from '../core/record/version';
import type { CallRecord } from '../core/record/record';
import { parseRecord } from '../core/record/record';
import type { Currency, StandingDocument } from '../core/record/standing';
import { parseStanding } from '../core/record/standing-reader';

export type Wire = Record<string, unknown>;

/** English as written in the sources. */
export const trans: Translate = nullTranslator.load('jupyter_llm_meter');

export const format = new Formatter('en-US', 'UTC');

export const words: Words = { trans, format };

/** A currency beside the dollar. */
export const YUAN: Currency = { code: 'CNY', perUsd: '7.10', asOf: '2026-11-01' };

/** The words for a user who hides money. */
export const withoutMoney: Words = {
  trans,
  format: new Formatter('en-US', 'UTC', { isShown: false, currency: YUAN })
};

/** The words where an administrator shows yuan beside dollars. */
export const inYuan: Words = {
  trans,
  format: new Formatter('en-US', 'UTC', { isShown: true, currency: YUAN })
};

const [near, blocked] = vectors.standings.map(({ wire }) => wire);
const [alert, refusal] = vectors.alerts.map(({ wire }) => wire);

export function wireLimit(changes: Wire = {}): Wire {
  return { ...near.limit, ...changes };
}

/** A standing whose amount is that of its limit. */
export function wireStanding(changes: Wire = {}): Wire {
  const limit = (changes.limit ?? near.limit) as Wire;
  return { ...near, amount: String(limit.amount), can_raise: false, ...changes };
}

/** A limit that is raised, refuses calls and is heading past its amount. */
export function wireBlocked(changes: Wire = {}): Wire {
  const [{ wire: forecast }] = vectors.forecasts;
  return { ...blocked, reserved: '0', soft_by: null, can_raise: true, forecast, ...changes };
}

export function wireAlert(changes: Wire = {}): Wire {
  return { ...alert, ...changes };
}

export function wireRefusal(changes: Wire = {}): Wire {
  return { ...refusal, ...changes };
}

export function wireRunaway(changes: Wire = {}): Wire {
  return { ...vectors.runaways[0].wire, ...changes };
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

export function wireTotals(changes: Wire = {}): Wire {
  return { ...vectors.documents[0].wire.today, ...changes };
}

export function wireDocument(changes: Wire = {}): Wire {
  const [{ wire }] = vectors.documents;
  return { ...wire, standings: [wireStanding()], version: VERSION, ...changes };
}

/** A problem as a service of another version reports it: this page has no text for its explanation. */
export function wireProblem(code: string, message: string): Wire {
  return { code, message, explanation: { code: `${code}-new`, values: {}, text: message } };
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
