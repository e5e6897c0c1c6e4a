import type { UnderWay } from '../../core/words/badge';
import { NotebookCells } from '../../notebook/notebook-cells';
import { AwayError } from '../../core/errors';
import type { ICellsAnswer } from '../../tokens';
import { recordWith } from '../samples';

const EMPTY: ICellsAnswer = { cells: [], callIds: [] };
const RECORD = recordWith({ 'llm_meter.cell.id': 'cell-1', 'llm_meter.run.id': 'run-1' });

/** An open notebook, and how often the ledger was asked for it. */
function setUp(answers: (() => Promise<ICellsAnswer>)[] = []): {
  view: { path: string; isVisible: boolean; cellIds: string[]; streams: UnderWay[] };
  cells: NotebookCells;
  asked: string[];
} {
  const asked: string[] = [];
  const streams: UnderWay[] = [];
  const view = { path: 'a.ipynb', isVisible: true, cellIds: ['cell-1'], streams };
  const ask = (path: string): Promise<ICellsAnswer> => {
    asked.push(path);
    return answers.shift()?.() ?? Promise.resolve(EMPTY);
  };
  return { view, asked, cells: new NotebookCells(view, ask, callback => callback()) };
}

async function pass(): Promise<void> {
  await jest.advanceTimersByTimeAsync(60_000);
}

describe('NotebookCells', () => {
  beforeEach(() => jest.useFakeTimers());
  afterEach(() => jest.useRealTimers());

  it('should request the runs once for an opened notebook, and not again while nothing happens', async () => {
    const { asked } = setUp();
    await pass();
    expect(asked).toEqual(['a.ipynb']);
  });

  it('should make one request for many calls that the ledger commits at about the same time', async () => {
    const { cells, asked } = setUp();
    await pass();
    cells.markCommitted(['a']);
    cells.markCommitted(['b', 'c']);
    await pass();
    expect(asked).toHaveLength(2);
  });

  it('should say once for each path that the notebook is a copy', async () => {
    const copy = { ...EMPTY, copyOf: 'original.ipynb' };
    const { view, cells } = setUp(Array.from({ length: 3 }, () => () => Promise.resolve(copy)));
    const said: string[] = [];
    cells.copied.connect((_, path) => said.push(path));
    await pass();
    cells.markStale();
    await pass();
    expect(said).toEqual(['original.ipynb']);
    view.path = 'another.ipynb';
    cells.markStale();
    await pass();
    expect(said).toHaveLength(2);
  });

  it('should not request the runs of a hidden notebook until it is visible', async () => {
    const { view, cells, asked } = setUp();
    await pass();
    view.isVisible = false;
    cells.markCommitted(['a']);
    await pass();
    expect(asked).toHaveLength(1);
    view.isVisible = true;
    cells.requestIfStale();
    await pass();
    expect(asked).toHaveLength(2);
  });

  it('should not request from a ledger that is away until it is back', async () => {
    const { cells, asked } = setUp([() => Promise.reject(new AwayError('gone'))]);
    await pass();
    cells.markCommitted(['a']);
    await pass();
    expect(asked).toHaveLength(1);
    cells.markStale();
    await pass();
    expect(asked).toHaveLength(2);
  });

  it('should request the runs when the ledger does not commit a reported call', async () => {
    const { cells, asked } = setUp();
    await pass();
    cells.addReported(RECORD);
    await pass();
    expect(asked).toHaveLength(2);
    expect(cells.newestOf('cell-1')).toBeUndefined();
  });

  it('should sum the cells that the notebook has now', () => {
    const { view, cells } = setUp();
    cells.addReported(RECORD);
    expect(cells.costs.total.calls).toBe(1);
    view.cellIds = [];
    expect(cells.costs.total.calls).toBe(0);
    cells.dispose();
  });

  it('should show only the answers under way of the cell', () => {
    const { view, cells } = setUp();
    const stream = {
      callId: RECORD.callId,
      startedAt: RECORD.startedAt,
      cellId: 'cell-1',
      pieces: 3
    };
    view.streams = [stream, { ...stream, callId: 'other', cellId: 'cell-2' }];
    expect(cells.streamsOf('cell-1')).toEqual([stream]);
    view.streams = [];
    expect(cells.streamsOf('cell-1')).toEqual([]);
    cells.dispose();
  });
});
