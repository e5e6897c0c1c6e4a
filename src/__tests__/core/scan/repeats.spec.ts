import type { CallRecord } from '../../../core/record/record';
import { Repeats } from '../../../core/scan/repeats';

const QUICK = 20;
const SLOW = 2_000;

function call(
  cellId: string,
  inputTokens: number,
  outputTokens?: number,
  responseId?: string
): CallRecord {
  return {
    callId: `${cellId}-${responseId}`,
    startedAt: '2026-11-23T20:00:00.123456Z',
    status: 'ok',
    basis: 'reported',
    source: 'output',
    operationName: 'chat',
    cellId,
    inputTokens,
    outputTokens,
    responseId
  };
}

describe('Repeats', () => {
  it('should drop what another cell has shown with its id', () => {
    const repeats = new Repeats();
    expect(repeats.without([call('a', 9, 12, 'chatcmpl-1')], SLOW)).toHaveLength(1);
    expect(repeats.without([call('b', 9, 12)], QUICK)).toEqual([]);
    expect(repeats.without([call('c', 9, 12)], QUICK)).toEqual([]);
  });

  it('should keep what took as long as a call', () => {
    const repeats = new Repeats();
    repeats.without([call('a', 9, 12)], SLOW);
    expect(repeats.without([call('b', 9, 12)], SLOW)).toHaveLength(1);
    expect(repeats.without([call('b', 9, 12)], NaN)).toHaveLength(1);
  });

  it('should keep what the same cell shows when it is run again', () => {
    const repeats = new Repeats();
    repeats.without([call('a', 9, 12)], QUICK);
    expect(repeats.without([call('a', 9, 12)], QUICK)).toHaveLength(1);
  });

  it('should keep what has an id, and figures that others come to by chance', () => {
    const repeats = new Repeats();
    repeats.without([call('a', 9, 12, 'chatcmpl-1'), call('a', 9, undefined)], QUICK);
    expect(repeats.without([call('b', 9, 12, 'chatcmpl-2')], QUICK)).toHaveLength(1);
    expect(repeats.without([call('b', 9, undefined)], QUICK)).toHaveLength(1);
  });

  it('should let each call explain one print of a run', () => {
    const repeats = new Repeats();
    repeats.without([call('a', 9, 12, 'chatcmpl-1')], QUICK);
    expect(repeats.without([call('b', 9, 12), call('b', 9, 12)], QUICK)).toHaveLength(1);
  });

  it('should drop the sum of the calls before', () => {
    const repeats = new Repeats();
    repeats.without([call('a', 1, 1), call('a', 9, 12), call('a', 3, 4)], SLOW);
    expect(repeats.without([call('b', 12, 16)], QUICK)).toEqual([]);
    expect(repeats.without([call('c', 13, 17)], QUICK)).toEqual([]);
    expect(repeats.without([call('d', 10, 13)], QUICK)).toHaveLength(1);
  });
});
