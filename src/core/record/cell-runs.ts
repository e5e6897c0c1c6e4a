/**
 * The runs of a notebook's cells: what the ledger says of them, and the calls that it had not taken when it said so.
 *
 * Owns which calls are in the ledger's sums already, so that none is in a sum twice; where an answer crossed with messages
 * it rather leaves a call out until the next answer. Refuses clock and network.
 */

import { BoundedSet } from '../bounded';
import type { CallRecord } from './record';
import type { Sums } from './run-sums';
import { addSums, NOTHING, sumsOfCall } from './run-sums';
import { readText, Shape } from './shape';
import type * as Wire from './wire';

/** The calls of one run of a cell. */
export interface CellRun extends Sums {
  /** Absent for calls of a tap that tells no runs apart. */
  readonly runId?: string;
  /** When its first call began, RFC 3339. */
  readonly startedAt: string;
}

/** The newest runs of one cell that made calls, newest first. */
export interface CellRuns {
  readonly cellId: string;
  readonly runs: readonly CellRun[];
}

/** A moment in the life of the runs, taken when a request leaves. */
export interface RunsMark {
  /** Calls that the ledger had taken by then. */
  readonly callIds: readonly string[];
  readonly losses: number;
}

/** How many ids are kept to recognise calls whose message comes after the ledger's sums. */
const HELD_KEPT = 10_000;

export class NotebookRuns {
  /** Whether the ledger has something that its last answer did not hold. */
  get isStale(): boolean {
    return this._isLost || this._confirmed.size > 0;
  }

  /** Whether a kernel told of calls of which the ledger has not. */
  get isWaiting(): boolean {
    return [...this._live.keys()].some(callId => !this._confirmed.has(callId));
  }

  /** The runs of each cell that made calls, newest first. */
  get cells(): ReadonlyMap<string, readonly CellRun[]> {
    this._cells ??= this._join();
    return this._cells;
  }

  /**
   * Adds a call that a kernel told of.
   *
   * @returns whether it changes a sum.
   */
  note(record: CallRecord): boolean {
    const { callId, status, cellId } = record;
    const isKnown = this._live.has(callId) || this._held.has(callId);
    if (isKnown || cellId === undefined || status === 'refused') {
      return false;
    }
    this._live.set(callId, record);
    this._cells = undefined;
    return true;
  }

  /** Notes that the ledger has taken calls, of this notebook as far as anyone knows. */
  confirm(callIds: Iterable<string>): void {
    for (const callId of callIds) {
      this._confirmed.add(callId);
    }
  }

  /** Takes it that the ledger has taken all calls, because word of some has been missing for long. */
  confirmAll(): void {
    this.confirm(this._live.keys());
  }

  /** Notes that word of calls may have been lost. */
  lose(): void {
    this._losses += 1;
    this._isLost = true;
  }

  /** Notes that a cell starts anew: what it used before is no longer its newest run, even if the new one calls nothing. */
  begin(cellId: string): void {
    const runIds = (this.cells.get(cellId) ?? []).map(({ runId }) => runId);
    this._begun.set(cellId, new Set(runIds.filter(runId => runId !== undefined)));
  }

  /** The newest run of a cell; undefined when it called nothing. */
  newestOf(cellId: string): CellRun | undefined {
    const begun = this._begun.get(cellId);
    const isFormer = ({ runId }: CellRun): boolean => begun?.has(runId ?? '') === true;
    return this.cells.get(cellId)?.find(run => !isFormer(run));
  }

  /** Takes the mark to be handed to `load` with the answer to a request that leaves now. */
  mark(): RunsMark {
    return { callIds: [...this._confirmed], losses: this._losses };
  }

  /**
   * Takes in the ledger's answer.
   *
   * @param cells - the answer.
   * @param mark - what `mark` gave when the request left.
   */
  load(cells: readonly CellRuns[], mark: RunsMark): void {
    const expected = callsByRun(this._base);
    for (const callId of mark.callIds) {
      const record = this._live.get(callId);
      if (record !== undefined) {
        const key = keyOf(record.cellId, record.runId);
        expected.set(key, (expected.get(key) ?? 0) + 1);
      }
      this._confirmed.delete(callId);
      this._hold(callId);
    }
    this._base = new Map(cells.map(({ cellId, runs }) => [cellId, runs]));
    this._takeOutCrossing(expected);
    this._isLost &&= mark.losses !== this._losses;
    this._cells = undefined;
  }

  /** Where an answer has more calls of a run than were expected in it, they are those that crossed with it. */
  private _takeOutCrossing(expected: ReadonlyMap<string, number>): void {
    const surplus = callsByRun(this._base);
    for (const { callId, cellId, runId } of [...this._live.values()]) {
      const key = keyOf(cellId, runId);
      const more = (surplus.get(key) ?? 0) - (expected.get(key) ?? 0);
      if (more > 0) {
        surplus.set(key, (surplus.get(key) ?? 0) - 1);
        this._hold(callId);
      }
    }
  }

  private _hold(callId: string): void {
    this._live.delete(callId);
    this._held.add(callId);
  }

  private _join(): ReadonlyMap<string, readonly CellRun[]> {
    const cells = new Map<string, readonly CellRun[]>(this._base);
    for (const { cellId, runs } of cellsOf([...this._live.values()], false)) {
      const known = cells.get(cellId) ?? [];
      cells.set(cellId, [...runs.reduce(withRun, known)].sort(newestFirst));
    }
    return cells;
  }

  private _base: ReadonlyMap<string, readonly CellRun[]> = new Map();
  /** What kernels told of and the base does not hold. */
  private readonly _live = new Map<string, CallRecord>();
  /** What the ledger has taken since the base. */
  private readonly _confirmed = new Set<string>();
  /** What the base holds. */
  private readonly _held = new BoundedSet<string>(HELD_KEPT);
  private readonly _begun = new Map<string, ReadonlySet<string>>();
  private _isLost = true;
  private _losses = 0;
  private _cells?: ReadonlyMap<string, readonly CellRun[]>;
}

/**
 * Reads the answer of `GET cells`.
 *
 * @throws {ShapeError} when it does not keep the contract; the message names the place.
 */
export function parseCells(value: unknown): readonly CellRuns[] {
  return new Shape<Wire.CellsAnswer>(value, 'answer').list('cells', (item, path) => {
    const shape = new Shape<Wire.CellRuns>(item, path);
    return { cellId: shape.text('cell_id'), runs: shape.list('runs', readRun) };
  });
}

/**
 * The runs that some calls belong to.
 *
 * @param records - the calls; those without a cell are left out.
 * @param isSettled - whether they are priced and counted already, as far as they can be.
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

/** The newest runs of some cells together. */
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
