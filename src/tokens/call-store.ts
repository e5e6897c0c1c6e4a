/**
 * The token of the recorded calls.
 */

import { Token } from '@lumino/coreutils';

import type { CallPage, Query } from '../core/dashboard/source';
import type { UsageRow } from '../core/dashboard/usage-rows';
import type { CellRuns } from '../core/record/cell-runs';
import type { UnmeteredProgram } from '../core/record/programs';

/** What the cells of a notebook used. */
export interface ICellsAnswer {
  readonly cells: readonly CellRuns[];
  /** Calls that are certainly in it. */
  readonly callIds: readonly string[];
  /** The path of the notebook that this one, which has no history yet, is a copy of. */
  readonly copyOf?: string;
}

/**
 * The recorded calls: those of the ledger, or in local mode those that this page keeps.
 *
 * A page in local mode lists its newest calls and the cells of a notebook. Everything else needs the ledger and is rejected
 * with a `LocalModeError`.
 */
export interface ICallStore {
  /** Whether the calls are those of the ledger, so that it can sum, search and export them. */
  readonly hasLedger: boolean;

  /**
   * A page of calls, the newest first unless the query says otherwise.
   *
   * @param query - the parameters of `GET calls`.
   * @returns the calls.
   * @throws {ClientError} when they cannot be had; the message says why.
   */
  listCalls(query: Query): Promise<CallPage>;

  /**
   * Sums by group.
   *
   * @param query - the parameters of `GET usage`.
   * @returns a row for each group.
   * @throws {ClientError} when they cannot be had; the message says why.
   */
  getUsage(query: Query): Promise<readonly UsageRow[]>;

  /**
   * The newest runs of each cell of a notebook that made calls.
   *
   * @param notebook - its path under the lab's root.
   * @returns the runs.
   * @throws {ClientError} when they cannot be had; the message says why.
   */
  listCells(notebook: string): Promise<ICellsAnswer>;

  /**
   * The running programs whose calls are not metered, because they are not Python.
   *
   * @returns the programs; none in local mode.
   * @throws {ClientError} when they cannot be had; the message says why.
   */
  listPrograms(): Promise<readonly UnmeteredProgram[]>;

  /**
   * The formats in which calls can be exported.
   *
   * @returns their names, as `csv`.
   * @throws {ClientError} when they cannot be had; `AbsentError` when the server extension is older than the page.
   */
  listFormats(): Promise<readonly string[]>;

  /**
   * The address of an export, which the browser saves as it arrives.
   *
   * @param query - the parameters of `GET export`.
   * @returns an absolute URL.
   * @throws {LocalModeError} in local mode.
   */
  exportUrl(query: Query): string;
}

/** The token of the recorded calls. */
export const ICallStore = new Token<ICallStore>(
  'jupyter-llm-meter:ICallStore',
  'The recorded LLM calls and their sums.'
);
