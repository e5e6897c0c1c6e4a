import { CallsUnderWay, underWayText } from '../../../core/record/under-way';
import { words } from '../../samples';

function call(callId: string, pieces = 1): Parameters<CallsUnderWay['addReport']>[0] {
  return { callId, startedAt: '2026-11-23T20:00:00Z', model: 'gpt-5', pieces };
}

describe('CallsUnderWay', () => {
  it('should hold the newest word of each call', () => {
    const calls = new CallsUnderWay();
    calls.addReport(call('a', 1), 0);
    calls.addReport(call('b', 5), 10);
    calls.addReport(call('a', 7), 20);
    expect(calls.calls.map(({ pieces }) => pieces)).toEqual([7, 5]);
  });

  it('should end a call by its record, and not bring it back by a late message', () => {
    const calls = new CallsUnderWay();
    calls.addReport(call('a'), 0);
    expect(calls.end('a')).toBe(true);
    calls.addReport(call('a'), 1);
    expect(calls.calls).toEqual([]);
  });

  it('should end a call after ten seconds of silence', () => {
    const calls = new CallsUnderWay();
    calls.addReport(call('a'), 0);
    calls.addReport(call('b'), 4_000);
    expect(calls.nextSweepAt).toBe(10_000);
    calls.sweep(10_000);
    expect(calls.calls.map(({ callId }) => callId)).toEqual(['b']);
    expect(calls.nextSweepAt).toBe(14_000);
  });
});

describe('underWayText', () => {
  it('should name each model once and sum the pieces', () => {
    const text = underWayText([call('a', 1_000), call('b', 234)], words);
    expect(text).toBe('2 calls in progress: gpt-5, about 1,234 chunks so far');
    expect(underWayText([], words)).toBeUndefined();
  });
});
