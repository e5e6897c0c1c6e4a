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

/** What a run shows that no earlier one has. */
function shown(
  repeats: Repeats,
  records: readonly CallRecord[],
  elapsedMs: number,
  source?: string
): readonly CallRecord[] {
  return repeats.without(records, elapsedMs, repeats.startRun(source));
}

describe('Repeats', () => {
  it('should drop what another cell has shown with its id', () => {
    const repeats = new Repeats();
    expect(shown(repeats, [call('a', 9, 12, 'chatcmpl-1')], SLOW)).toHaveLength(1);
    expect(shown(repeats, [call('b', 9, 12)], QUICK)).toEqual([]);
    expect(shown(repeats, [call('c', 9, 12)], QUICK)).toEqual([]);
  });

  it('should keep what took as long as a call', () => {
    const repeats = new Repeats();
    shown(repeats, [call('a', 9, 12)], SLOW);
    expect(shown(repeats, [call('b', 9, 12)], SLOW)).toHaveLength(1);
    expect(shown(repeats, [call('b', 9, 12)], NaN)).toHaveLength(1);
  });

  it('should keep what the same cell shows when it is run again', () => {
    const repeats = new Repeats();
    shown(repeats, [call('a', 9, 12)], QUICK);
    expect(shown(repeats, [call('a', 9, 12)], QUICK)).toHaveLength(1);
  });

  it('should keep what has an id, and figures that others come to by chance', () => {
    const repeats = new Repeats();
    shown(repeats, [call('a', 9, 12, 'chatcmpl-1'), call('a', 9, undefined)], QUICK);
    expect(shown(repeats, [call('b', 9, 12, 'chatcmpl-2')], QUICK)).toHaveLength(1);
    expect(shown(repeats, [call('b', 9, undefined)], QUICK)).toHaveLength(1);
  });

  it('should let each call explain one print of a run', () => {
    const repeats = new Repeats();
    shown(repeats, [call('a', 9, 12, 'chatcmpl-1')], QUICK);
    expect(shown(repeats, [call('b', 9, 12), call('b', 9, 12)], QUICK)).toHaveLength(1);
  });

  it('should keep what no sum of calls comes to whose figures are partly unknown', () => {
    const repeats = new Repeats();
    shown(repeats, [call('a', 9), { ...call('a', 0, 4), inputTokens: undefined }], SLOW);
    expect(shown(repeats, [call('b', 9, 5)], QUICK)).toHaveLength(1);
    expect(shown(repeats, [call('c', 7, 7)], QUICK)).toHaveLength(1);
  });

  it('should drop the sum of the calls before', () => {
    const repeats = new Repeats();
    shown(repeats, [call('a', 1, 1), call('a', 9, 12), call('a', 3, 4)], SLOW);
    expect(shown(repeats, [call('b', 12, 16)], QUICK)).toEqual([]);
    expect(shown(repeats, [call('c', 13, 17)], QUICK)).toEqual([]);
    expect(shown(repeats, [call('d', 10, 13)], QUICK)).toHaveLength(1);
  });

  describe('that knows the sources', () => {
    const setup = 'ask <- function(text) 1; prompt <- "How are you?"';
    const first = 'first <- ask(prompt)\nfirst$usage';
    let repeats: Repeats;
    beforeEach(() => {
      repeats = new Repeats();
      shown(repeats, [], QUICK, setup);
      shown(repeats, [call('a', 9, 12)], QUICK, first);
    });

    it('should keep an equal call of a cell that cannot look at the first answer', () => {
      const other = 'reply <- ask(prompt)\nreply$usage';
      expect(shown(repeats, [call('b', 9, 12)], QUICK, other)).toHaveLength(1);
      expect(shown(repeats, [call('c', 9, 12)], QUICK, 'ask(prompt)$usage')).toHaveLength(1);
      expect(shown(repeats, [call('d', 18, 24)], QUICK, 'str(ask("both"))')).toHaveLength(1);
    });

    it('should keep an equal call whose answer takes the place of the first', () => {
      expect(shown(repeats, [call('b', 9, 12)], QUICK, first)).toHaveLength(1);
      shown(repeats, [], QUICK, 'first <- ask(prompt)');
      expect(shown(repeats, [call('c', 9, 12)], QUICK, 'first$usage')).toHaveLength(1);
    });

    it('should keep an equal call of a cell that passes the same things to it', () => {
      shown(repeats, [call('b', 3, 4)], QUICK, 'content(POST(url, body))$usage');
      expect(
        shown(repeats, [call('c', 3, 4)], QUICK, 'content(POST(url, body))$usage')
      ).toHaveLength(1);
    });

    it('should drop what a cell shows of the first answer, or of what was made of it', () => {
      expect(shown(repeats, [call('b', 9, 12)], QUICK, 'str(first)')).toEqual([]);
      shown(repeats, [], QUICK, 'answers <- list(first, 1)');
      shown(repeats, [], QUICK, 'kept <- answers');
      expect(shown(repeats, [call('c', 9, 12)], QUICK, 'kept[[1]]')).toEqual([]);
      expect(shown(repeats, [call('d', 9, 12)], QUICK, '.Last.value')).toEqual([]);
      expect(shown(repeats, [call('e', 9, 12)], QUICK)).toEqual([]);
      const long = `ask(prompt)${'\n'.repeat(200_000)}`;
      expect(shown(repeats, [call('f', 9, 12)], QUICK, long)).toEqual([]);
    });

    it('should go on with a run that shows more after its end', () => {
      const run = repeats.startRun('second <- ask(prompt)\nsecond$usage');
      expect(repeats.without([call('b', 3, 4)], QUICK, run)).toHaveLength(1);
      expect(repeats.without([], QUICK, run)).toEqual([]);
      const look = repeats.startRun('first$usage; second$usage');
      expect(repeats.without([call('c', 9, 12)], QUICK, look)).toEqual([]);
      expect(repeats.without([call('c', 3, 4)], QUICK, look)).toEqual([]);
      expect(repeats.without([call('c', 3, 4)], QUICK, look)).toHaveLength(1);
    });

    it('should drop what a cell only looks at, however long that takes and however often it runs', () => {
      expect(shown(repeats, [call('b', 9, 12)], SLOW, 'str(first)')).toEqual([]);
      shown(repeats, [], QUICK, 'second <- ask(prompt)');
      expect(shown(repeats, [call('c', 3, 4)], SLOW, 'second$usage')).toHaveLength(1);
      expect(shown(repeats, [call('c', 3, 4)], SLOW, 'second$usage')).toEqual([]);
      shown(repeats, [], QUICK, 'second <- ask(prompt)');
      expect(shown(repeats, [call('c', 3, 4)], SLOW, 'second$usage')).toHaveLength(1);
    });

    it('should drop what a cell shows again with an id that was not shown before, and no other id', () => {
      expect(shown(repeats, [call('b', 9, 12, 'chatcmpl-1')], QUICK, 'ask(prompt)')).toHaveLength(
        1
      );
      expect(shown(repeats, [call('c', 9, 12, 'chatcmpl-2')], QUICK, 'str(first)')).toEqual([]);
      shown(repeats, [call('d', 3, 4, 'chatcmpl-3')], QUICK, 'second <- ask(prompt)\nsecond');
      expect(shown(repeats, [call('e', 3, 4, 'chatcmpl-4')], QUICK, 'str(second)')).toHaveLength(1);
    });

    it('should drop what a cell shows again of an answer that was only looked at', () => {
      shown(repeats, [], QUICK, 'second <- ask(prompt)');
      shown(repeats, [call('b', 3, 4)], QUICK, 'second$usage');
      expect(shown(repeats, [call('c', 3, 4)], QUICK, 'second')).toEqual([]);
    });

    it('should drop an equal call after one whose source is not known', () => {
      shown(repeats, [call('b', 3, 4)], QUICK);
      expect(shown(repeats, [call('c', 3, 4)], QUICK, 'x <- ask(prompt)')).toEqual([]);
    });
  });
});
