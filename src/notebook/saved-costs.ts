/**
 * Costs as metadata of the notebook and its cells, under the key `llm_meter`.
 *
 * What the file has already is not written again, so that opening a notebook does not change it.
 */

import type { ICellModel } from '@jupyterlab/cells';
import type { INotebookModel } from '@jupyterlab/notebook';
import type { ReadonlyPartialJSONObject } from '@lumino/coreutils';
import { JSONExt } from '@lumino/coreutils';

import type { CellRun } from '../core/record/cell-runs';
import { totalOf } from '../core/record/cell-runs';
import type { Sums } from '../core/record/run-sums';

/** The key of the metadata. */
const METADATA_KEY = 'llm_meter';

/**
 * Writes what the newest runs of the cells used, once the ledger has priced them.
 *
 * @param model - the notebook.
 * @param newestOf - returns the newest run of a cell.
 */
export function saveCosts(
  model: INotebookModel,
  newestOf: (cellId: string) => CellRun | undefined
): void {
  const codeCells = [...model.cells].filter(({ type }) => type === 'code');
  const runs = codeCells.map(({ id }) => newestOf(id));
  if (runs.some(run => run !== undefined && run.openCalls > 0)) {
    return;
  }
  codeCells.forEach((cell, index) => saveRun(cell, runs[index]));
  const total = totalOf(runs);
  if (total.calls > 0) {
    put(model, written(total));
  }
}

function saveRun(cell: ICellModel, run: CellRun | undefined): void {
  if (run !== undefined) {
    put(cell, {
      ...written(run),
      cell: cell.id,
      run: run.runId ?? null,
      started_at: run.startedAt
    });
  } else if (isOfAnother(cell)) {
    cell.deleteMetadata(METADATA_KEY);
  }
}

/** A copied cell brings along what its original used. */
function isOfAnother(cell: ICellModel): boolean {
  const saved: unknown = cell.getMetadata(METADATA_KEY);
  return typeof saved === 'object' && saved !== null && 'cell' in saved && saved.cell !== cell.id;
}

function written(sums: Sums): ReadonlyPartialJSONObject {
  return {
    calls: sums.calls,
    input_tokens: sums.inputTokens,
    output_tokens: sums.outputTokens,
    ...(sums.cost !== undefined && { cost: sums.cost, currency: 'USD' }),
    unpriced_calls: sums.unpricedCalls,
    missing_calls: sums.missingCalls,
    counted_calls: sums.countedCalls,
    models: [...sums.models].sort()
  };
}

function put(target: ICellModel | INotebookModel, value: ReadonlyPartialJSONObject): void {
  const saved = target.getMetadata(METADATA_KEY) as ReadonlyPartialJSONObject | undefined;
  if (saved === undefined || !JSONExt.deepEqual(saved, value)) {
    target.setMetadata(METADATA_KEY, value);
  }
}
