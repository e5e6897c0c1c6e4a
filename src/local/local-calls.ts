/**
 * The calls of a page in local mode. It keeps the newest ones whole and has no ledger to sum, sort or export.
 */

import type { UsageRow } from '../core/dashboard/usage-rows';
import { cellsOf } from '../core/record/cell-runs';
import type { UnmeteredProgram } from '../core/record/programs';
import type { CallRecord } from '../core/record/record';
import { LocalModeError } from '../core/errors';
import type { CallPage, ICallStore, ICellsAnswer, Query } from '../tokens';

/** Lists the calls of the page; what needs the ledger is rejected with a `LocalModeError`. */
export class LocalCalls implements ICallStore {
  /**
   * @param calls - returns the calls that are kept whole, newest first.
   */
  constructor(private readonly calls: () => readonly CallRecord[]) {}

  /** {@inheritDoc ICallStore.hasLedger} */
  readonly hasLedger = false;

  /**
   * The newest calls.
   *
   * @param query - `limit` only.
   * @returns one page.
   * @throws {LocalModeError} when the query asks for more than a limit.
   */
  listCalls({ limit, ...others }: Query): Promise<CallPage> {
    return Object.keys(others).length > 0
      ? Promise.reject(new LocalModeError())
      : Promise.resolve({
          calls: this.calls().slice(0, limit === undefined ? undefined : Number(limit))
        });
  }

  /** @throws {LocalModeError} always. */
  getUsage(): Promise<readonly UsageRow[]> {
    return Promise.reject(new LocalModeError());
  }

  /** {@inheritDoc ICallStore.listCells} */
  listCells(notebook: string): Promise<ICellsAnswer> {
    const own = this.calls().filter(({ notebookPath }) => notebookPath === notebook);
    return Promise.resolve({
      cells: cellsOf(own, true),
      callIds: own.map(({ callId }) => callId)
    });
  }

  /** {@inheritDoc ICallStore.listPrograms} */
  listPrograms(): Promise<readonly UnmeteredProgram[]> {
    return Promise.resolve([]);
  }

  /** @throws {LocalModeError} always. */
  listFormats(): Promise<readonly string[]> {
    return Promise.reject(new LocalModeError());
  }

  /** @throws {LocalModeError} always. */
  exportUrl(): string {
    throw new LocalModeError();
  }
}
