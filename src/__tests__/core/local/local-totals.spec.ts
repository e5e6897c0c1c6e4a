import { acknowledged, claimed } from '../../../core/local/alerts';
import {
  EMPTY_TAB_TOTALS,
  folded,
  MOST_CALLS,
  rebased,
  withCall
} from '../../../core/local/tab-totals';
import type { TabTotals } from '../../../core/local/tab-totals';
import type { LocalTotals } from '../../../core/local/local-totals';
import {
  callsOf,
  EMPTY_TOTALS,
  holds,
  isCountedByOthers,
  mergedTotals,
  NewerTotalsError,
  pruned,
  readLocalTotals,
  rollupsOf,
  writeLocalTotals
} from '../../../core/local/local-totals';
import { ShapeError } from '../../../core/record/shape';
import { recordWith } from '../../samples';

const NOW = Date.parse('2026-11-23T21:00:00Z');

function partWith(...callIds: string[]): TabTotals {
  return callIds
    .map(callId => recordWith({ 'llm_meter.call.id': callId }))
    .reduce(withCall, EMPTY_TAB_TOTALS);
}

function totalsOf(
  parts: Record<string, TabTotals>,
  changes: Partial<LocalTotals> = {}
): LocalTotals {
  return { ...EMPTY_TOTALS, id: 'lab', parts: new Map(Object.entries(parts)), ...changes };
}

function idsIn(totals: LocalTotals): string[] {
  return callsOf(totals)
    .map(({ callId }) => callId)
    .sort();
}

function countOf(totals: LocalTotals): number {
  return callsOf(totals).length + rollupsOf(totals).reduce((sum, { calls }) => sum + calls, 0);
}

const many = Array.from({ length: MOST_CALLS + 7 }, (_, n) => `call-${n}`);

describe('mergedTotals', () => {
  const one = totalsOf({ a: partWith('1', '2'), b: partWith('3') });
  const other = totalsOf({ a: partWith('1'), c: partWith('4') }, { id: 'lab-2' });

  it('should hold what both hold, whatever the order and however often', () => {
    expect(idsIn(mergedTotals(one, other))).toEqual(['1', '2', '3', '4']);
    expect(writeLocalTotals(mergedTotals(one, other))).toBe(
      writeLocalTotals(mergedTotals(other, one))
    );
    expect(writeLocalTotals(mergedTotals(mergedTotals(one, other), other))).toBe(
      writeLocalTotals(mergedTotals(one, other))
    );
    expect(holds(mergedTotals(one, other), other)).toBe(true);
    expect(holds(one, other)).toBe(false);
  });

  it('should agree on one id where two browsers began at the same moment', () => {
    expect([mergedTotals(one, other).id, mergedTotals(other, one).id]).toEqual(['lab', 'lab']);
  });
});

describe('a call that two tabs saw', () => {
  it('should count once', () => {
    expect(idsIn(totalsOf({ a: partWith('1', '2'), b: partWith('2', '3') }))).toEqual([
      '1',
      '2',
      '3'
    ]);
  });

  it('should count once when one of them has folded it', () => {
    const [first] = many;
    const part = folded(partWith(...many), () => false, NOW);
    const totals = totalsOf({ a: part, b: partWith(first) });
    expect(part.folded).toContain(first);
    expect(countOf(totals)).toBe(many.length);
  });

  it('should be folded by one of them only', () => {
    const whole = totalsOf({ a: partWith(...many), b: partWith(...many) });
    const fold = (id: string): TabTotals =>
      folded(
        whole.parts.get(id) ?? EMPTY_TAB_TOTALS,
        call => isCountedByOthers(whole, id, call),
        NOW
      );
    const parts = { a: fold('a'), b: fold('b') };
    expect(countOf(totalsOf(parts))).toBe(many.length);
  });
});

describe('folded', () => {
  it('should keep every figure, and a text of bounded length', () => {
    const part = folded(partWith(...many), () => false, NOW);
    const [rollup] = part.rollups;
    expect(part.calls).toHaveLength(MOST_CALLS);
    expect(rollup).toMatchObject({ calls: 7, input_tokens: 7 * 346, output_tokens: 7 * 32 });
  });
});

describe('what the server extension has taken over', () => {
  const part = partWith('1', '2');
  const taken = new Map([['a', part.revision]]);

  it('should not count, nor come back with a copy of before', () => {
    const after = pruned(totalsOf({ a: part }, { taken }), 0);
    expect(countOf(after)).toBe(0);
    expect(countOf(mergedTotals(after, totalsOf({ a: part })))).toBe(0);
  });

  it('should not be in what its tab counts afterwards', () => {
    const later = withCall(rebased(part, part.revision), recordWith({ 'llm_meter.call.id': '3' }));
    expect(idsIn(totalsOf({ a: later }, { taken }))).toEqual(['3']);
  });

  it('should leave what came in while it was taken', () => {
    const late = withCall(part, recordWith({ 'llm_meter.call.id': '3' }));
    expect(idsIn(totalsOf({ a: late }, { taken }))).toEqual(['3']);
  });
});

describe('writeLocalTotals and readLocalTotals', () => {
  it('should give back what was written', () => {
    const states = new Map([
      ['x', acknowledged(claimed(undefined, { by: 'tab', at: NOW }), 'tab', NOW)]
    ]);
    const part = folded(partWith(...many), () => false, NOW);
    const totals = totalsOf({ a: part }, { alerts: states, taken: new Map([['b', 3]]) });
    expect(writeLocalTotals(readLocalTotals(writeLocalTotals(totals)))).toBe(
      writeLocalTotals(totals)
    );
    expect(readLocalTotals('')).toEqual(EMPTY_TOTALS);
  });

  it('should refuse what it does not know', () => {
    expect(() => readLocalTotals('{"version": 2}')).toThrow(NewerTotalsError);
    expect(() => readLocalTotals('{"version": 1, "id": "x", "parts": 7}')).toThrow(ShapeError);
    expect(() => readLocalTotals('no JSON')).toThrow(SyntaxError);
  });
});

describe('claims of alerts', () => {
  const first = { by: 'one', at: NOW };

  it('should go to the earlier of two, in whatever order they arrive', () => {
    const second = { by: 'two', at: NOW + 5 };
    expect(claimed(claimed(undefined, first), second).claim.by).toBe('one');
    expect(claimed(claimed(undefined, second), first).claim.by).toBe('one');
  });

  it('should lapse after ten minutes', () => {
    const late = { by: 'two', at: NOW + 600_000 };
    expect(claimed(claimed(undefined, first), late).claim.by).toBe('two');
  });
});

describe('pruned', () => {
  it('should let go of the states of alerts that were last touched long ago', () => {
    const alerts = new Map([
      ['old', acknowledged(undefined, 'tab', NOW - 1)],
      ['new', acknowledged(undefined, 'tab', NOW)]
    ]);
    expect([...pruned(totalsOf({}, { alerts }), NOW).alerts.keys()]).toEqual(['new']);
  });
});

describe('a tab with few calls', () => {
  it('should keep them all whole', () => {
    const part = partWith('1', '2');
    expect(folded(part, () => false, NOW)).toBe(part);
  });
});
