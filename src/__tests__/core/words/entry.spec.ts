import {
  callCostText,
  marksOf,
  placeDetail,
  placeText,
  tokensDetail,
  tokensText
} from '../../../core/words/entry';
import { Formatter } from '../../../core/words/format';
import type { Wire } from '../../samples';
import { recordWith, trans, words } from '../../samples';

const withoutTokens: Wire = {
  'gen_ai.usage.input_tokens': undefined,
  'gen_ai.usage.output_tokens': undefined
};

function call(basis: string, changes: Wire = {}): ReturnType<typeof recordWith> {
  return recordWith({ 'llm_meter.call.basis': basis, ...changes });
}

describe('marksOf', () => {
  it('should leave an ordinary call unmarked', () => {
    expect(marksOf(recordWith(), trans)).toEqual([]);
  });

  it('should show status and basis', () => {
    const aborted = call('partial', { 'llm_meter.call.status': 'aborted' });
    expect(marksOf(aborted, trans)).toEqual(['aborted', 'partial']);
  });
});

describe('marksOf, one by one', () => {
  it.each(['error', 'aborted'])('should show the status %s', status => {
    expect(marksOf(recordWith({ 'llm_meter.call.status': status }), trans)).toEqual([status]);
  });

  it.each([
    ['error', 'rate_limit_error', 'provider rate limit'],
    ['error', 'insufficient_quota', 'provider spending limit'],
    ['error', 'invalid_api_key', 'error'],
    ['refused', 'LimitExceeded', 'refused by an LLM Meter limit']
  ])('should say whose limit a call met: %s, %s', (status, errorType, mark) => {
    const failed = call('none', { 'llm_meter.call.status': status, 'error.type': errorType });
    expect(marksOf(failed, trans)).toEqual([mark]);
  });

  it.each([
    ['counted', ['counted']],
    ['missing', ['no usage data']],
    ['none', []]
  ])('should show the basis %s', (basis, marks) => {
    expect(marksOf(call(basis), trans)).toEqual(marks);
  });
});

describe('placeText and placeDetail', () => {
  const nowhere: Wire = { 'llm_meter.notebook.path': undefined };
  const asked: Wire = { 'gen_ai.agent.name': 'chat_assistant' };

  it.each<[string, Wire, string, string | undefined]>([
    ['a notebook', { 'llm_meter.notebook.path': 'a/b.ipynb' }, 'b.ipynb', 'a/b.ipynb'],
    [
      'an agent in a notebook',
      { 'llm_meter.notebook.path': 'b.ipynb', ...asked },
      'b.ipynb',
      'b.ipynb'
    ],
    [
      'a kernel without a notebook',
      { ...nowhere, 'llm_meter.kernel.id': '1a2b3c4d-5e6f-7081' },
      'kernel 1a2b3c4d',
      'Called without a notebook, in the kernel 1a2b3c4d-5e6f-7081'
    ],
    [
      'an agent',
      { ...nowhere, ...asked },
      'chat_assistant',
      'Called by the server extension chat_assistant'
    ],
    [
      'a script',
      { ...nowhere, 'llm_meter.program.name': 'train.py' },
      'train.py',
      'Called without a notebook, by train.py'
    ],
    [
      'a console',
      {
        ...nowhere,
        'llm_meter.kernel.id': '1a2b3c4d',
        'llm_meter.program.name': 'Console 1 (Python 3)'
      },
      'Console 1 (Python 3)',
      'Called without a notebook, by Console 1 (Python 3)'
    ],
    ['no place', nowhere, '–', undefined]
  ])('should show %s', (_what, changes, text, detail) => {
    const record = recordWith(changes);
    expect([placeText(record, trans), placeDetail(record, trans)]).toEqual([text, detail]);
  });
});

describe('tokensText', () => {
  it.each([
    ['reported', '378'],
    ['counted', '≈ 378'],
    ['partial', '≈ 378']
  ])('should show %s usage as %s', (basis, text) => {
    expect(tokensText(call(basis), words)).toBe(text);
  });

  it('should not show unknown usage as zero', () => {
    expect(tokensText(call('missing', withoutTokens), words)).toBe('unknown');
  });

  it('should show that a call refused by the provider used nothing', () => {
    expect(tokensText(call('none', withoutTokens), words)).toBe('–');
  });
});

describe('tokensDetail', () => {
  it('should show input and output separately', () => {
    expect(tokensDetail(recordWith(), words)).toBe('346 in, 32 out');
  });

  it('should say nothing when nothing is known', () => {
    expect(tokensDetail(call('missing', withoutTokens), words)).toBeUndefined();
  });
});

describe('callCostText', () => {
  it('should show a known cost', () => {
    const cost = { 'llm_meter.cost.amount': '0.000481', 'llm_meter.cost.currency': 'USD' };
    expect(callCostText(recordWith(cost), words)).toBe('$0.00048');
  });

  it('should be nothing where the user hides money', () => {
    const format = new Formatter('en', 'UTC', { isShown: false });
    expect(callCostText(call('reported'), { trans, format })).toBeUndefined();
  });

  it('should show the currency beside the dollar where there is room', () => {
    const own = { code: 'CNY', perUsd: '7.10', asOf: '2026-11-01' };
    const format = new Formatter('en', 'UTC', { isShown: true, currency: own });
    const cost = { 'llm_meter.cost.amount': '1.2', 'llm_meter.cost.currency': 'USD' };
    expect(callCostText(recordWith(cost), { trans, format })).toBe('$1.20 (CN¥8.52)');
    expect(callCostText(recordWith(cost), { trans, format }, true)).toBe('$1.20');
  });

  it.each([
    ['reported', 'unpriced'],
    ['missing', 'unknown'],
    ['none', '–']
  ])('should call a %s call without a cost %s, never $0', (basis, text) => {
    expect(callCostText(call(basis), words)).toBe(text);
  });
});
