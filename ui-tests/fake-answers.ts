/**
 * Answers that are made up: calls, diagnosis, raises, programs.
 */

import { LONG_NAME, NOW } from './fake-states';

type Wire = Readonly<Record<string, unknown>>;

/** The recent calls, the newest first. */
export const CALLS: readonly Wire[] = [
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
    'llm_meter.call.started_at': `2026-11-26T06:2${9 - number}:00.000000Z`,
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

/** What the doctor finds. */
export const DIAGNOSIS: Wire = {
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

/** The raise history. */
export const RAISES: readonly Wire[] = [
  {
    id: 'raise-1',
    limit_id: 'user/month/tokens',
    subject: 'alice',
    amount: '50000',
    unit: 'tokens',
    reason: 'The evaluation of the street scenes has to finish before the review on Friday.',
    user: 'alice',
    raised_at: '2026-11-25T16:04:00.000000Z',
    expires_at: '2026-12-01T00:00:00.000000Z'
  }
];

/** The programs that are not metered. */
export const PROGRAMS: readonly Wire[] = [
  { name: 'node', kernel_id: 'k-1', started_in: 'analysis.ipynb' },
  { name: 'claude' }
];
