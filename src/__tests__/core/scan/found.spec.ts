import { recordsOf } from '../../../core/scan/found';
import type { Reading } from '../../../core/scan/reading';

const run = { kernelId: 'k-1', requestId: 'r-1', startedAt: '2026-11-23T20:00:00.000000Z' };
const reading: Reading = { kind: 'call', usage: { inputTokens: 5, outputTokens: 6 } };

function idsOf(readings: readonly Reading[], changes = {}): readonly string[] {
  return recordsOf(readings, { ...run, ...changes }).map(({ callId }) => callId);
}

describe('recordsOf', () => {
  it('should make a reported record of the run, with what is known only', () => {
    expect(recordsOf([{ ...reading, model: 'gpt-5' }], { ...run, cellId: 'c-1' })).toEqual([
      {
        callId: expect.stringMatching(/^output-[\da-f]{32}$/) as string,
        startedAt: run.startedAt,
        status: 'ok',
        basis: 'reported',
        source: 'output',
        operationName: 'chat',
        responseModel: 'gpt-5',
        inputTokens: 5,
        outputTokens: 6,
        kernelId: 'k-1',
        runId: 'r-1',
        cellId: 'c-1'
      }
    ]);
  });

  it('should give a call the same id in every tab', () => {
    expect(idsOf([reading, reading])).toEqual(idsOf([reading, reading]));
  });

  it('should distinguish cells, runs and kernels', () => {
    const ids = [
      ...idsOf([reading, reading]),
      ...idsOf([reading], { requestId: 'r-2' }),
      ...idsOf([reading], { kernelId: 'k-2' })
    ];
    expect(new Set(ids).size).toBe(4);
  });

  it('should recognise a response in a later run', () => {
    const response = { ...reading, responseId: 'chatcmpl-123' };
    expect(idsOf([response])).toEqual(idsOf([response], { requestId: 'r-2' }));
  });
});
