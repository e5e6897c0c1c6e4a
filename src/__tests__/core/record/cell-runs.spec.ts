import vectors from '../../../../tests/vectors/cells.json';
import type { CellRuns } from '../../../core/record/cell-runs';
import {
  cellsOf,
  NotebookRuns,
  parseCells,
  parseCopyOf,
  totalOf
} from '../../../core/record/cell-runs';
import type { CallRecord } from '../../../core/record/record';
import { parseRecord } from '../../../core/record/record';
import { ShapeError } from '../../../core/record/shape';
import { recordWith, type Wire } from '../../samples';

function wireRun(changes: Wire = {}): Wire {
  return {
    run_id: 'run-1',
    started_at: '2026-11-23T20:00:00.000000Z',
    calls: 2,
    input_tokens: 600,
    output_tokens: 60,
    cost: '0.02',
    unpriced_calls: 0,
    missing_calls: 0,
    counted_calls: 0,
    models: ['gpt-5-mini'],
    ...changes
  };
}

function ledgerWith(...runs: Wire[]): readonly CellRuns[] {
  return parseCells({ cells: [{ cell_id: 'cell-1', runs: runs.map(run => wireRun(run)) }] });
}

/** A call of 346 tokens in and 32 out. */
function call(id: string, changes: Wire = {}): CallRecord {
  return recordWith({
    'llm_meter.call.id': id,
    'llm_meter.cell.id': 'cell-1',
    'llm_meter.run.id': 'run-1',
    ...changes
  });
}

/** Runs whose notebook the ledger answered for once. */
function runsAfter(cells: readonly CellRuns[]): NotebookRuns {
  const runs = new NotebookRuns();
  runs.loadAnswer(cells, runs.markRequest());
  return runs;
}

describe('the runs of cells', () => {
  it.each(vectors)('should be read off the wire: $name', ({ wire, page }) => {
    expect(parseCells(wire)).toEqual(page);
  });

  it.each(vectors)('should be those that the page finds itself: $name', ({ calls, page }) => {
    const records = calls.map(call => parseRecord(call));
    expect(cellsOf(records, true)).toEqual(page);
  });
});

describe('NotebookRuns', () => {
  it('should be stale until the first answer of the ledger', () => {
    const runs = new NotebookRuns();
    expect(runs.isStale).toBe(true);
    runs.loadAnswer([], runs.markRequest());
    expect(runs.isStale).toBe(false);
  });

  it('should sum the calls of a run as its kernel reports them, without a price', () => {
    const runs = runsAfter([]);
    runs.addReported(call('a'));
    runs.addReported(call('b'));
    runs.addReported(call('b'));
    expect(runs.newestOf('cell-1')).toMatchObject({
      calls: 2,
      inputTokens: 692,
      outputTokens: 64,
      cost: undefined,
      openCalls: 2,
      unpricedCalls: 0
    });
  });

  it('should add calls to the run that the ledger knows, also of a thread that outlived a reload', () => {
    const runs = runsAfter(ledgerWith({}));
    runs.addReported(call('late'));
    expect(runs.newestOf('cell-1')).toMatchObject({ calls: 3, inputTokens: 946, cost: '0.02' });
  });

  it('should not count a call twice when the ledger has it', () => {
    const runs = runsAfter([]);
    runs.addReported(call('a'));
    runs.addReported(call('b'));
    runs.markCommitted(['a', 'b']);
    expect(runs.isStale).toBe(true);
    runs.loadAnswer(ledgerWith({}), runs.markRequest());
    runs.addReported(call('b'));
    expect(runs.newestOf('cell-1')).toMatchObject({ calls: 2, cost: '0.02', openCalls: 0 });
    expect(runs.isStale).toBe(false);
  });

  it('should keep a call that came while the answer was under way and is not in it', () => {
    const runs = runsAfter([]);
    runs.addReported(call('a'));
    runs.addReported(call('b'));
    runs.markCommitted(['a', 'b']);
    const mark = runs.markRequest();
    runs.addReported(call('c'));
    runs.loadAnswer(ledgerWith({}), mark);
    expect(runs.newestOf('cell-1')?.calls).toBe(3);
  });

  it('should not count a call twice that crossed with an answer that has it', () => {
    const runs = runsAfter([]);
    runs.addReported(call('a'));
    runs.markCommitted(['a']);
    const mark = runs.markRequest();
    runs.addReported(call('b'));
    runs.loadAnswer(ledgerWith({}), mark);
    expect(runs.newestOf('cell-1')?.calls).toBe(2);
    runs.markCommitted(['b']);
    expect(runs.isStale).toBe(true);
  });

  it('should count a call once whose message comes after the answer of the ledger', () => {
    const runs = runsAfter([]);
    runs.markCommitted(['a', 'b']);
    runs.loadAnswer(ledgerWith({}), runs.markRequest());
    expect(runs.addReported(call('a'))).toBe(false);
    expect(runs.newestOf('cell-1')?.calls).toBe(2);
  });

  it('should stay stale when commits were missed during the request', () => {
    const runs = new NotebookRuns();
    const mark = runs.markRequest();
    runs.markStale();
    runs.loadAnswer([], mark);
    expect(runs.isStale).toBe(true);
  });

  it('should show the newest run of a cell, whichever is reported first', () => {
    const runs = runsAfter(ledgerWith({}));
    runs.addReported(
      call('x', {
        'llm_meter.run.id': 'run-2',
        'llm_meter.call.started_at': '2026-11-23T21:00:00Z'
      })
    );
    runs.addReported(
      call('y', {
        'llm_meter.run.id': 'run-0',
        'llm_meter.call.started_at': '2026-11-23T19:00:00Z'
      })
    );
    expect(runs.newestOf('cell-1')?.runId).toBe('run-2');
    expect(runs.cells.get('cell-1')?.map(({ runId }) => runId)).toEqual([
      'run-2',
      'run-1',
      'run-0'
    ]);
  });

  it('should hide earlier runs once a cell starts again, and keep them for the estimate', () => {
    const runs = runsAfter(ledgerWith({}));
    runs.startRun('cell-1');
    expect(runs.newestOf('cell-1')).toBeUndefined();
    expect(runs.cells.get('cell-1')).toHaveLength(1);
  });

  it('should not count what a limit refused, nor what belongs to no cell', () => {
    const runs = runsAfter([]);
    expect(runs.addReported(call('a', { 'llm_meter.call.status': 'refused' }))).toBe(false);
    expect(runs.addReported(call('b', { 'llm_meter.cell.id': undefined }))).toBe(false);
    expect(runs.cells.size).toBe(0);
  });

  it('should mark reported calls as committed after a long wait', () => {
    const runs = runsAfter([]);
    runs.addReported(call('a'));
    expect(runs.isWaiting).toBe(true);
    runs.markAllCommitted();
    expect([runs.isWaiting, runs.isStale]).toEqual([false, true]);
  });
});

describe('cellsOf', () => {
  it('should distinguish unpriced from missing for settled calls, and mark counted ones', () => {
    const records = [
      call('a', { 'llm_meter.call.basis': 'counted' }),
      call('b', { 'llm_meter.call.basis': 'missing' }),
      call('c', { 'llm_meter.cost.amount': '0.5', 'llm_meter.cost.currency': 'USD' })
    ];
    expect(cellsOf(records, true)[0].runs[0]).toMatchObject({
      calls: 3,
      cost: '0.5',
      unpricedCalls: 1,
      missingCalls: 1,
      countedCalls: 1,
      openCalls: 0,
      models: ['gpt-5-mini']
    });
  });
});

describe('totalOf', () => {
  it('should sum the newest runs and leave an unknown cost unknown', () => {
    const [priced] = ledgerWith({})[0].runs;
    const [unpriced] = ledgerWith({ cost: undefined, unpriced_calls: 2 })[0].runs;
    expect(totalOf([priced, undefined, unpriced])).toMatchObject({
      calls: 4,
      cost: '0.02',
      unpricedCalls: 2
    });
    expect(totalOf([unpriced]).cost).toBeUndefined();
  });
});

describe('parseCells', () => {
  it.each([{ calls: -1 }, { started_at: 'yesterday' }, { cost: 0.5 }, { models: 'gpt-5' }])(
    'should refuse a run with %p',
    changes => {
      expect(() => ledgerWith(changes)).toThrow(ShapeError);
    }
  );

  it('should accept a run without an id', () => {
    expect(ledgerWith({ run_id: null })[0].runs[0].runId).toBeUndefined();
  });
});

describe('parseCopyOf', () => {
  it('should read the notebook that one is a copy of', () => {
    expect(parseCopyOf({ cells: [], copy_of: 'sub/a.ipynb' })).toBe('sub/a.ipynb');
    expect(parseCopyOf({ cells: [] })).toBeUndefined();
  });

  it('should refuse what is no path', () => {
    expect(() => parseCopyOf({ cells: [], copy_of: 1 })).toThrow('copy_of');
  });
});
