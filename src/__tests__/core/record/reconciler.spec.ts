import { Reconciler } from '../../../core/record/reconciler';
import { recordWith } from '../../samples';

const record = recordWith();

/** A reconciler whose figures were loaded once. */
function loaded(): Reconciler {
  const calls = new Reconciler();
  calls.settleRequest(calls.markRequest());
  return calls;
}

describe('Reconciler', () => {
  it('should hold a call open once, however often it is reported', () => {
    const calls = loaded();
    expect([calls.addReported(record), calls.addReported(record)]).toEqual([true, false]);
    expect([...calls.open.values()]).toEqual([record]);
  });

  it('should close a call that the figures hold, and not open it again', () => {
    const calls = loaded();
    calls.addReported(record);
    calls.settleCalls(['call-1']);
    expect(calls.open.size).toBe(0);
    expect(calls.addReported(record)).toBe(false);
  });

  it('should not open a call whose message comes after the figures', () => {
    const calls = loaded();
    calls.settleCalls(['call-1']);
    expect(calls.addReported(record)).toBe(false);
  });

  it('should keep a committed call open until an answer that was requested later', () => {
    const calls = loaded();
    calls.addReported(record);
    const early = calls.markRequest();
    calls.markCommitted(['call-1']);
    expect([calls.isStale, calls.isWaiting]).toEqual([true, false]);
    calls.settleRequest(early);
    expect([calls.open.size, calls.isStale]).toEqual([1, true]);
    calls.settleRequest(calls.markRequest());
    expect([calls.open.size, calls.isStale]).toEqual([0, false]);
  });

  it('should be stale before the first answer, and when commits were missed after the request', () => {
    const calls = new Reconciler();
    expect(calls.isStale).toBe(true);
    const mark = calls.markRequest();
    calls.markStale();
    calls.settleRequest(mark);
    expect(calls.isStale).toBe(true);
    calls.settleRequest(calls.markRequest());
    expect(calls.isStale).toBe(false);
  });

  it('should forget the oldest held calls, so that a long session stays small', () => {
    const calls = loaded();
    calls.settleCalls(['call-1']);
    calls.settleCalls(Array.from({ length: 10_000 }, (_, index) => `later-${index}`));
    expect(calls.addReported(record)).toBe(true);
    expect(calls.addReported(recordWith({ 'llm_meter.call.id': 'later-0' }))).toBe(false);
  });
});
