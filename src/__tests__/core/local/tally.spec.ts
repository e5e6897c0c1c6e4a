import { acknowledged, claimed } from '../../../core/local/alerts';
import { EMPTY_PART, folded, MOST_CALLS, rebased, withCall } from '../../../core/local/part';
import type { Part } from '../../../core/local/part';
import type { Tally } from '../../../core/local/tally';
import {
  callsOf,
  EMPTY_TALLY,
  holds,
  isCountedByOthers,
  merged,
  NewerTallyError,
  pruned,
  readTally,
  rollupsOf,
  writeTally
} from '../../../core/local/tally';
import { ShapeError } from '../../../core/record/shape';
import { recordWith } from '../../samples';

const NOW = Date.parse('2026-11-23T21:00:00Z');

function partWith(...callIds: string[]): Part {
  return callIds
    .map(callId => recordWith({ 'llm_meter.call.id': callId }))
    .reduce(withCall, EMPTY_PART);
}

function tallyOf(parts: Record<string, Part>, changes: Partial<Tally> = {}): Tally {
  return { ...EMPTY_TALLY, id: 'lab', parts: new Map(Object.entries(parts)), ...changes };
}

function idsIn(tally: Tally): string[] {
  return callsOf(tally)
    .map(({ callId }) => callId)
    .sort();
}

function countOf(tally: Tally): number {
  return callsOf(tally).length + rollupsOf(tally).reduce((sum, { calls }) => sum + calls, 0);
}

const many = Array.from({ length: MOST_CALLS + 7 }, (_, n) => `call-${n}`);

describe('merged', () => {
  const one = tallyOf({ a: partWith('1', '2'), b: partWith('3') });
  const other = tallyOf({ a: partWith('1'), c: partWith('4') }, { id: 'lab-2' });

  it('should hold what both hold, whatever the order and however often', () => {
    expect(idsIn(merged(one, other))).toEqual(['1', '2', '3', '4']);
    expect(writeTally(merged(one, other))).toBe(writeTally(merged(other, one)));
    expect(writeTally(merged(merged(one, other), other))).toBe(writeTally(merged(one, other)));
    expect(holds(merged(one, other), other)).toBe(true);
    expect(holds(one, other)).toBe(false);
  });

  it('should agree on one id where two browsers began at the same moment', () => {
    expect([merged(one, other).id, merged(other, one).id]).toEqual(['lab', 'lab']);
  });
});

describe('a call that two tabs saw', () => {
  it('should count once', () => {
    expect(idsIn(tallyOf({ a: partWith('1', '2'), b: partWith('2', '3') }))).toEqual([
      '1',
      '2',
      '3'
    ]);
  });

  it('should count once when one of them has folded it', () => {
    const [first] = many;
    const part = folded(partWith(...many), () => false, NOW);
    const tally = tallyOf({ a: part, b: partWith(first) });
    expect(part.folded).toContain(first);
    expect(countOf(tally)).toBe(many.length);
  });

  it('should be folded by one of them only', () => {
    const whole = tallyOf({ a: partWith(...many), b: partWith(...many) });
    const fold = (id: string): Part =>
      folded(whole.parts.get(id) ?? EMPTY_PART, call => isCountedByOthers(whole, id, call), NOW);
    const parts = { a: fold('a'), b: fold('b') };
    expect(countOf(tallyOf(parts))).toBe(many.length);
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

describe('what the server part has taken over', () => {
  const part = partWith('1', '2');
  const taken = new Map([['a', part.revision]]);

  it('should not count, nor come back with a copy of before', () => {
    const after = pruned(tallyOf({ a: part }, { taken }), 0);
    expect(countOf(after)).toBe(0);
    expect(countOf(merged(after, tallyOf({ a: part })))).toBe(0);
  });

  it('should not be in what its tab counts afterwards', () => {
    const later = withCall(rebased(part, part.revision), recordWith({ 'llm_meter.call.id': '3' }));
    expect(idsIn(tallyOf({ a: later }, { taken }))).toEqual(['3']);
  });

  it('should leave what came in while it was taken', () => {
    const late = withCall(part, recordWith({ 'llm_meter.call.id': '3' }));
    expect(idsIn(tallyOf({ a: late }, { taken }))).toEqual(['3']);
  });
});

describe('writeTally and readTally', () => {
  it('should give back what was written', () => {
    const states = new Map([
      ['x', acknowledged(claimed(undefined, { by: 'tab', at: NOW }), 'tab', NOW)]
    ]);
    const part = folded(partWith(...many), () => false, NOW);
    const tally = tallyOf({ a: part }, { alerts: states, taken: new Map([['b', 3]]) });
    expect(writeTally(readTally(writeTally(tally)))).toBe(writeTally(tally));
    expect(readTally('')).toEqual(EMPTY_TALLY);
  });

  it('should refuse what it does not know', () => {
    expect(() => readTally('{"version": 2}')).toThrow(NewerTallyError);
    expect(() => readTally('{"version": 1, "id": "x", "parts": 7}')).toThrow(ShapeError);
    expect(() => readTally('no JSON')).toThrow(SyntaxError);
  });
});

describe('claims of alerts', () => {
  const first = { by: 'one', at: NOW };

  it('should go to the earlier of two, in whatever order they are told', () => {
    const second = { by: 'two', at: NOW + 5 };
    expect(claimed(claimed(undefined, first), second).claim.by).toBe('one');
    expect(claimed(claimed(undefined, second), first).claim.by).toBe('one');
  });

  it('should lapse after ten minutes', () => {
    const late = { by: 'two', at: NOW + 600_000 };
    expect(claimed(claimed(undefined, first), late).claim.by).toBe('two');
  });
});
