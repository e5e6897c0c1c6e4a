import { Reconciler } from '../../../core/record/reconciler';
import { recordWith } from '../../samples';

const record = recordWith();

/** A reconciler whose figures were loaded once. */
function loaded(): Reconciler {
  const calls = new Reconciler();
  calls.load(calls.mark());
  return calls;
}

describe('Reconciler', () => {
  it('should hold a call open once, however often it is reported', () => {
    const calls = loaded();
    expect([calls.report(record), calls.report(record)]).toEqual([true, false]);
    expect([...calls.open.values()]).toEqual([record]);
  });

  it('should close a call that the figures hold, and not open it again', () => {
    const calls = loaded();
    calls.report(record);
    calls.settle(['call-1']);
    expect(calls.open.size).toBe(0);
    expect(calls.report(record)).toBe(false);
  });

  it('should not open a call whose message comes after the figures', () => {
    const calls = loaded();
    calls.settle(['call-1']);
    expect(calls.report(record)).toBe(false);
  });

  it('should keep a committed call open until an answer that was requested later', () => {
    const calls = loaded();
    calls.report(record);
    const early = calls.mark();
    calls.commit(['call-1']);
    expect([calls.isStale, calls.isWaiting]).toEqual([true, false]);
    calls.load(early);
    expect([calls.open.size, calls.isStale]).toEqual([1, true]);
    calls.load(calls.mark());
    expect([calls.open.size, calls.isStale]).toEqual([0, false]);
  });

  it('should be stale before the first answer, and when commits were missed after the request', () => {
    const calls = new Reconciler();
    expect(calls.isStale).toBe(true);
    const mark = calls.mark();
    calls.miss();
    calls.load(mark);
    expect(calls.isStale).toBe(true);
    calls.load(calls.mark());
    expect(calls.isStale).toBe(false);
  });

  it('should forget the oldest held calls, so that a long session stays small', () => {
    const calls = loaded();
    calls.settle(['call-1']);
    calls.settle(Array.from({ length: 10_000 }, (_, index) => `later-${index}`));
    expect(calls.report(record)).toBe(true);
    expect(calls.report(recordWith({ 'llm_meter.call.id': 'later-0' }))).toBe(false);
  });
});
