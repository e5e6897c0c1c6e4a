/**
 * The runs of a notebook's cells: the ledger's sums, and the calls that they do not hold yet.
 *
 * When an answer and a message cross, a call may be missing until the next answer; it is never counted twice.
 */

import type { Mark } from './reconciler';
import { Reconciler } from './reconciler';
import type { CallRecord } from './record';
import type { Sums } from './run-sums';
import { addSums, NOTHING, sumsOfCall } from './run-sums';
import { readText, Shape } from './shape';
import type * as Wire from './wire';

/** The calls of one run of a cell. */
export interface CellRun extends Sums {
  /** Absent for calls of a tap that does not report runs. */
  readonly runId?: string;
  /** When its first call began, RFC 3339. */
  readonly startedAt: string;
}

/** The newest runs of one cell that made calls, newest first. */
export interface CellRuns {
  readonly cellId: string;
  readonly runs: readonly CellRun[];
}

/** The runs of one notebook's cells, with the calls that the ledger's last answer does not hold. */
export class NotebookRuns {
  /** Whether the ledger has calls, or may have some, that its last answer did not hold. */
  get isStale(): boolean {
    return this._calls.isStale;
  }

  /** Whether a kernel reported calls that the ledger has not committed. */
  get isWaiting(): boolean {
    return this._calls.isWaiting;
  }

  /** The runs of each cell that made calls, newest first. */
  get cells(): ReadonlyMap<string, readonly CellRun[]> {
    this._cells ??= this._joinCells();
    return this._cells;
  }

  /**
   * Adds a call that a kernel reports.
   *
   * @param record - the call.
   * @returns whether it changes a sum.
   */
  addReported(record: CallRecord): boolean {
    const isCounted = record.cellId !== undefined && record.status !== 'refused';
    const isNew = isCounted && this._calls.addReported(record);
    if (isNew) {
      this._cells = undefined;
    }
    return isNew;
  }

  /**
   * Marks calls as committed by the ledger.
   *
   * @param callIds - calls of this notebook, or of any where the notebook is not known.
   */
  markCommitted(callIds: Iterable<string>): void {
    this._calls.markCommitted(callIds);
  }

  /** Marks all reported calls as committed, because the ledger has reported no commit for long. */
  markAllCommitted(): void {
    this._calls.markCommitted(this._calls.open.keys());
  }

  /** Marks the runs as stale, because commits may have been missed. */
  markStale(): void {
    this._calls.markStale();
  }

  /**
   * Starts a new run of a cell: earlier runs are no longer its newest, even if the new one makes no call.
   *
   * @param cellId - the cell.
   */
  startRun(cellId: string): void {
    const runIds = (this.cells.get(cellId) ?? []).map(({ runId }) => runId);
    this._earlier.set(cellId, new Set(runIds.filter(runId => runId !== undefined)));
  }

  /**
   * The newest run of a cell.
   *
   * @param cellId - the cell.
   * @returns undefined when it made no call.
   */
  newestOf(cellId: string): CellRun | undefined {
    const earlier = this._earlier.get(cellId);
    return this.cells.get(cellId)?.find(({ runId }) => earlier?.has(runId ?? '') !== true);
  }

  /**
   * Marks the moment at which a request leaves.
   *
   * @returns the mark, for `loadAnswer`.
   */
  markRequest(): Mark {
    return this._calls.markRequest();
  }

  /**
   * Replaces the sums by the ledger's answer.
   *
   * @param cells - the answer.
   * @param mark - what `markRequest` returned when the request left.
   */
  loadAnswer(cells: readonly CellRuns[], mark: Mark): void {
    const expected = callsByRun(this._base);
    for (const callId of mark.committedIds) {
      const record = this._calls.open.get(callId);
      if (record !== undefined) {
        const key = keyOf(record.cellId, record.runId);
        expected.set(key, (expected.get(key) ?? 0) + 1);
      }
    }
    this._calls.settleRequest(mark);
    this._base = new Map(cells.map(({ cellId, runs }) => [cellId, runs]));
    this._settleCrossing(expected);
    this._cells = undefined;
  }

  /** Where an answer has more calls of a run than expected, they are reported calls that crossed with it. */
  private _settleCrossing(expected: ReadonlyMap<string, number>): void {
    const surplus = callsByRun(this._base);
    for (const { callId, cellId, runId } of [...this._calls.open.values()]) {
      const key = keyOf(cellId, runId);
      const more = (surplus.get(key) ?? 0) - (expected.get(key) ?? 0);
      if (more > 0) {
        surplus.set(key, (surplus.get(key) ?? 0) - 1);
        this._calls.settleCalls([callId]);
      }
    }
  }

  private _joinCells(): ReadonlyMap<string, readonly CellRun[]> {
    const cells = new Map<string, readonly CellRun[]>(this._base);
    for (const { cellId, runs } of cellsOf([...this._calls.open.values()], false)) {
      const known = cells.get(cellId) ?? [];
      cells.set(cellId, [...runs.reduce(withRun, known)].sort(newestFirst));
    }
    return cells;
  }

  private readonly _calls = new Reconciler();
  private _base: ReadonlyMap<string, readonly CellRun[]> = new Map();
  /** The runs of each cell before the one that was started last. */
  private readonly _earlier = new Map<string, ReadonlySet<string>>();
  private _cells?: ReadonlyMap<string, readonly CellRun[]>;
}

/**
 * Reads the answer of `GET cells`.
 *
 * @param value - the body.
 * @returns the runs of each cell.
 * @throws {ShapeError} when it does not keep the contract; the message names the place.
 */
export function parseCells(value: unknown): readonly CellRuns[] {
  return new Shape<Wire.CellsAnswer>(value, 'answer').list('cells', (item, path) => {
    const shape = new Shape<Wire.CellRuns>(item, path);
    return { cellId: shape.text('cell_id'), runs: shape.list('runs', readRun) };
  });
}

/**
 * Reads from the answer of `GET cells` what the notebook is a copy of.
 *
 * @param value - the body.
 * @returns a path; undefined when it is no copy, or has a history of its own.
 * @throws {ShapeError} when it does not keep the contract; the message names the place.
 */
export function parseCopyOf(value: unknown): string | undefined {
  return new Shape<Wire.CellsAnswer>(value, 'answer').optionalText('copy_of');
}

/**
 * Groups calls by cell and run.
 *
 * @param records - the calls; those without a cell are left out.
 * @param isSettled - whether they are priced and counted already, as far as they can be.
 * @returns the runs of each cell.
 */
export function cellsOf(records: readonly CallRecord[], isSettled: boolean): readonly CellRuns[] {
  const cells = new Map<string, readonly CellRun[]>();
  for (const record of records) {
    const { cellId, runId, startedAt, status } = record;
    if (cellId !== undefined && status !== 'refused') {
      const run = { ...sumsOfCall(record, isSettled), runId, startedAt };
      cells.set(cellId, withRun(cells.get(cellId) ?? [], run));
    }
  }
  return [...cells].map(([cellId, runs]) => ({ cellId, runs: [...runs].sort(newestFirst) }));
}

/**
 * Adds up the newest runs of some cells.
 *
 * @param runs - undefined for a cell that made no call.
 * @returns the sums.
 */
export function totalOf(runs: readonly (CellRun | undefined)[]): Sums {
  return runs.reduce<Sums>((sum, run) => (run === undefined ? sum : addSums(sum, run)), NOTHING);
}

function readRun(value: unknown, path: string): CellRun {
  const shape = new Shape<Wire.CellRun>(value, path);
  shape.time('started_at');
  return {
    runId: shape.optionalText('run_id'),
    startedAt: shape.text('started_at'),
    calls: shape.count('calls'),
    inputTokens: shape.count('input_tokens'),
    outputTokens: shape.count('output_tokens'),
    cost: shape.optionalDecimal('cost'),
    unpricedCalls: shape.count('unpriced_calls'),
    missingCalls: shape.count('missing_calls'),
    countedCalls: shape.count('counted_calls'),
    openCalls: 0,
    models: shape.list('models', readText)
  };
}

/** Runs with the calls of one more, which may be one of them. */
function withRun(runs: readonly CellRun[], run: CellRun): readonly CellRun[] {
  const same = runs.find(({ runId }) => runId === run.runId);
  if (same === undefined) {
    return [...runs, run];
  }
  const startedAt = newestFirst(same, run) > 0 ? same.startedAt : run.startedAt;
  const joined = { ...addSums(same, run), runId: run.runId, startedAt };
  return runs.map(candidate => (candidate === same ? joined : candidate));
}

function newestFirst(left: CellRun, right: CellRun): number {
  return Date.parse(right.startedAt) - Date.parse(left.startedAt);
}

function callsByRun(cells: ReadonlyMap<string, readonly CellRun[]>): Map<string, number> {
  return new Map(
    [...cells].flatMap(([cellId, runs]) =>
      runs.map(({ runId, calls }) => [keyOf(cellId, runId), calls] as const)
    )
  );
}

function keyOf(cellId: string | undefined, runId: string | undefined): string {
  return JSON.stringify([cellId, runId]);
}
