import { cellsOf } from '../../../core/record/cell-runs';
import { spendingCell } from '../../../core/record/spending-cell';
import { recordWith } from '../../samples';

const call = (cell: string, run: string, at: string): ReturnType<typeof recordWith> =>
  recordWith({
    'llm_meter.call.id': `${cell}-${run}`,
    'llm_meter.call.started_at': at,
    'llm_meter.cell.id': cell,
    'llm_meter.run.id': run
  });

describe('spendingCell', () => {
  it('should be the cell whose calls began last', () => {
    const calls = [
      call('first', 'run-1', '2026-11-23T20:00:00.000000Z'),
      call('second', 'run-2', '2026-11-23T20:05:00.000000Z'),
      call('first', 'run-3', '2026-11-23T20:01:00.000000Z')
    ];
    expect(spendingCell(cellsOf(calls, true))).toBe('second');
  });

  it('should be none where no cell made a call', () => {
    expect(spendingCell([])).toBeUndefined();
  });
});
