import { badgeOf, sumsCostText } from '../../../core/words/badge';
import type { CellRun } from '../../../core/record/cell-runs';
import { NOTHING } from '../../../core/record/run-sums';
import { withoutMoney, words } from '../../samples';

const RUN: CellRun = {
  ...NOTHING,
  runId: 'run-1',
  startedAt: '2026-11-23T20:00:00.000000Z',
  calls: 3,
  inputTokens: 12_345,
  outputTokens: 678,
  cost: '0.0123',
  models: ['gpt-5-mini']
};

const STREAM = {
  callId: 'call-9',
  startedAt: '2026-11-23T20:05:00.000000Z',
  model: 'gpt-5',
  runId: 'run-1',
  pieces: 12
};

function textOf(changes: Partial<CellRun>, chosen = words): string | undefined {
  return badgeOf({ ...RUN, ...changes }, [], chosen)?.text;
}

describe('badgeOf', () => {
  it('should say model, calls, tokens in and out, and cost', () => {
    expect(textOf({})).toBe('gpt-5-mini · 3 calls · 12,345 in · 678 out · $0.012');
  });

  it.each<[string, Partial<CellRun>, string]>([
    ['one call', { calls: 1 }, 'gpt-5-mini · 12,345 in · 678 out · $0.012'],
    ['several models', { models: ['a', 'b'] }, '2 models · 3 calls · 12,345 in · 678 out · $0.012'],
    [
      'counted calls',
      { countedCalls: 1 },
      'gpt-5-mini · 3 calls · ≈ 12,345 in · ≈ 678 out · $0.012'
    ],
    [
      'unpriced calls',
      { cost: undefined, unpricedCalls: 3 },
      'gpt-5-mini · 3 calls · 12,345 in · 678 out · unpriced'
    ],
    [
      'calls that are not priced yet',
      { cost: undefined, openCalls: 3 },
      'gpt-5-mini · 3 calls · 12,345 in · 678 out'
    ],
    [
      'missing calls',
      { missingCalls: 1 },
      'gpt-5-mini · 3 calls · 12,345 in · 678 out · 1 call without usage data · at least $0.012'
    ],
    [
      'nothing but missing calls',
      { calls: 1, missingCalls: 1, cost: undefined },
      'gpt-5-mini · 1 call without usage data · unknown'
    ]
  ])('should show %s', (_, changes, expected) => {
    expect(textOf(changes)).toBe(expected);
  });

  it('should show no money where none is wanted', () => {
    expect(textOf({}, withoutMoney)).toBe('gpt-5-mini · 3 calls · 12,345 in · 678 out');
  });

  it('should show answers under way beside the usage of their run', () => {
    expect(badgeOf(RUN, [STREAM], words)?.text).toMatch(
      / · \$0\.012 · gpt-5: receiving a response, 12 chunks so far$/
    );
  });

  it('should show only the answer under way when its run has no finished call', () => {
    const badge = badgeOf(RUN, [{ ...STREAM, runId: 'run-2' }], words);
    expect(badge?.text).toBe('gpt-5: receiving a response, 12 chunks so far');
  });

  it('should name every model, and when it ran, in the details', () => {
    const details = badgeOf({ ...RUN, models: ['a', 'b'] }, [], words)?.details;
    expect(details).toEqual([
      'Models: a, b',
      '3 calls',
      '12,345 in',
      '678 out',
      'Cost: $0.012',
      'First call: Nov 23, 8:00 PM UTC'
    ]);
  });

  it('should say nothing of a cell that called nothing', () => {
    expect(badgeOf(undefined, [], words)).toBeUndefined();
  });
});

describe('sumsCostText', () => {
  it('should call a sum a lower bound while some of its calls are not priced', () => {
    expect(sumsCostText({ ...RUN, openCalls: 1 }, words)).toBe('at least $0.012');
  });

  it('should say nothing of calls that the provider refused', () => {
    expect(sumsCostText({ ...NOTHING, calls: 1 }, words)).toBeUndefined();
  });
});
