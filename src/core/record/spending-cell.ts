/**
 * Finds the cell that spends: the one that ran last of those that made calls.
 */

import type { CellRuns } from './cell-runs';

/**
 * The cell of a notebook whose calls began last.
 *
 * @param cells - the cells that made calls, with their newest runs.
 * @returns the cell's id; undefined where none made a call.
 */
export function spendingCell(cells: readonly CellRuns[]): string | undefined {
  const newest = cells
    .flatMap(({ cellId, runs }) =>
      runs.map(({ startedAt }) => ({ cellId, at: Date.parse(startedAt) }))
    )
    .sort((one, other) => other.at - one.at);
  return newest.length === 0 ? undefined : newest[0].cellId;
}
