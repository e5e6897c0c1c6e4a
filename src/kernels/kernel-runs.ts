/**
 * Follows the runs of one kernel and reports the calls that each of them shows.
 *
 * Only runs count whose start this page has seen: nothing is read from outputs that were loaded with a notebook, shown again,
 * or started before the page was opened.
 */

import type { KernelMessage } from '@jupyterlab/services';

import { BoundedMap } from '../core/bounded';
import type { CallRecord } from '../core/record/record';
import { piecesOf } from '../core/scan/bundle';
import type { Run } from '../core/scan/found';
import { recordsOf } from '../core/scan/found';
import type { OutputPattern } from '../core/scan/patterns';
import type { EarlierCalls } from '../core/scan/repeats';
import { Repeats } from '../core/scan/repeats';
import { RunReadings, RunTexts } from '../core/scan/run';
import type { ShellReading } from '../core/scan/shell';
import { shellReading } from '../core/scan/shell';
import { Counters } from '../core/scan/sums';
import type { OutputText } from '../core/scan/text';
import type { Estimator, RunEstimate } from './estimator';
import type { TextReader } from './text-reader';

/** Runs are forgotten when so many are newer: until then more may come, and some never end, as when the kernel dies. */
const MOST_RUNS = 100;
const MOST_CELLS = 1_000;

interface OpenRun {
  readonly startedAt: string;
  /** What is executed, as far as the kernel says it. */
  readonly code: string | undefined;
  readonly texts: RunTexts;
  readonly readings: RunReadings;
  /** What is read of it where the kernel has a tap; nothing unless it starts programs through the shell. */
  readonly shell?: ShellReading;
  /** Present where estimates are wanted and the source calls an LLM. */
  readonly estimate?: RunEstimate;
  /** What it may show again, from its end on. */
  earlier?: EarlierCalls;
  /** The reading of all texts so far. */
  read: Promise<void>;
  hasEnded: boolean;
  /** Whether an estimate was reported in place of its calls. */
  isEstimated: boolean;
  /** How many of its calls have been reported. */
  reportedCount: number;
}

/** What the runs need from the page. */
export interface IRunContext {
  readonly reader: TextReader;
  /** Whether the kernel's outputs are read, because nothing else meters it. */
  isScanned(kernelId: string): boolean;
  /** Whether what a shell prints in the kernel is read, although a tap meters the kernel itself. */
  isShellScanned(kernelId: string): boolean;
  patterns(): readonly OutputPattern[];
  /** Estimates calls that only print their answer; undefined when the user does not want it. */
  estimator(): Estimator | undefined;
  /** Reports the calls of a run that has ended. */
  reportCalls(records: readonly CallRecord[]): void;
}

/** The runs of one kernel. */
export class KernelRuns {
  /**
   * @param kernelId - the kernel.
   * @param context - what the runs need from the page.
   */
  constructor(
    private readonly kernelId: string,
    private readonly context: IRunContext
  ) {}

  /**
   * Remembers which cell a request is from.
   *
   * @param requestId - the id of the message.
   * @param cellId - the cell.
   */
  addRequest(requestId: string, cellId: string): void {
    this._cells.set(requestId, cellId);
  }

  /**
   * Handles a message of the kernel.
   *
   * @param message - on IOPub, in the order of arrival.
   * @param notebookPath - where the session's document is now.
   */
  handleMessage(message: KernelMessage.IMessage, notebookPath: string): void {
    const requestId = requestIdOf(message);
    if (requestId === undefined) {
      return;
    }
    if (message.header.msg_type === 'execute_input') {
      this._startRun(requestId, message);
      return;
    }
    const run = this._runs.get(requestId);
    if (run === undefined) {
      return;
    }
    const pieces = this._isRead(run, message.header.msg_type)
      ? piecesOf(message.header.msg_type, message.content)
      : [];
    for (const piece of pieces) {
      this._scanTexts(run, run.texts.append(piece));
    }
    run.estimate?.append(message.header.msg_type, message.content);
    // What Deno prints last can come after the end, and what threads and promises print comes long after.
    if (isIdle(message) || (run.hasEnded && pieces.length > 0)) {
      this._endRun(run, message, notebookPath);
    }
  }

  /** Resolves when every run that has ended is reported. */
  get settled(): Promise<void> {
    return this._settled;
  }

  private _startRun(requestId: string, { header, content }: KernelMessage.IMessage): void {
    if (!this._runs.has(requestId)) {
      const code = 'code' in content && typeof content.code === 'string' ? content.code : undefined;
      this._runs.set(requestId, {
        startedAt: header.date,
        code,
        shell: code === undefined ? undefined : shellReading(code),
        texts: new RunTexts(),
        readings: new RunReadings(),
        estimate: code === undefined ? undefined : this._startEstimate(code),
        read: Promise.resolve(),
        hasEnded: false,
        isEstimated: false,
        reportedCount: 0
      });
    }
  }

  private _startEstimate(code: string): RunEstimate | undefined {
    return this.context.estimator()?.startRun(this.kernelId, code);
  }

  /** Whether a kind of message is read; of what a shell prints only the streams, where programs print. */
  private _isRead(run: OpenRun, type: string): boolean {
    return this.context.isScanned(this.kernelId) || (type === 'stream' && this._isShellRead(run));
  }

  private _isShellRead({ shell }: OpenRun): boolean {
    return shell !== undefined && this.context.isShellScanned(this.kernelId);
  }

  /** The records of a run that may be reported. */
  private _reportable(run: OpenRun, records: readonly CallRecord[]): readonly CallRecord[] {
    if (this.context.isScanned(this.kernelId)) {
      return records;
    }
    if (!this._isShellRead(run)) {
      return [];
    }
    return run.shell === 'all'
      ? records
      : records.filter(record => record.responseId !== undefined);
  }

  private _scanTexts(run: OpenRun, texts: readonly OutputText[]): void {
    if (texts.length === 0) {
      return;
    }
    const { reader } = this.context;
    const patterns = this.context.patterns();
    run.read = run.read.then(async () => {
      for (const text of texts) {
        run.readings.add(await reader.scanText(text, patterns));
      }
    });
  }

  private _endRun(run: OpenRun, message: KernelMessage.IMessage, notebookPath: string): void {
    this._scanTexts(run, run.texts.finish());
    const requestId = requestIdOf(message) ?? '';
    const counters = run.hasEnded ? undefined : this._counters;
    run.hasEnded = true;
    const ended: Run = {
      kernelId: this.kernelId,
      requestId,
      startedAt: run.startedAt,
      notebookPath,
      cellId: this._cells.get(requestId)
    };
    const elapsedMs = Date.parse(message.header.date) - Date.parse(run.startedAt);
    // One run after the other, as the counters continue from one to the next.
    this._settled = Promise.all([this._settled, run.read]).then(async () => {
      const records = await this._recordsOf(run, ended, counters, elapsedMs);
      const reportable = this._reportable(run, records);
      if (reportable.length > 0) {
        this.context.reportCalls(reportable);
      }
    });
  }

  /** The estimate of a run that shows no usage, but whose source calls an LLM, and that printed something. */
  private async _estimateRun({ estimate }: OpenRun, run: Run): Promise<CallRecord | undefined> {
    const isWanted = estimate !== undefined && this.context.isScanned(this.kernelId);
    const record = isWanted ? await estimate.recordCall(run) : undefined;
    if (record !== undefined) {
      // A counter that is printed later has this call in it.
      const { inputTokens, outputTokens } = record;
      this._counters.settle([{ kind: 'call', usage: { inputTokens, outputTokens } }], undefined);
    }
    return record;
  }

  /** The calls of a run that have not been reported, or else an estimate of the one that its source makes. */
  private async _recordsOf(
    run: OpenRun,
    ended: Run,
    counters: Counters | undefined,
    elapsedMs: number
  ): Promise<readonly CallRecord[]> {
    if (run.isEstimated) {
      return [];
    }
    const found = recordsOf(run.readings.finish(counters), ended);
    const estimated = run.readings.isEmpty ? await this._estimateRun(run, ended) : undefined;
    if (estimated !== undefined) {
      run.isEstimated = true;
      return [estimated];
    }
    run.earlier ??= this._repeats.startRun(run.code);
    const fresh = this._repeats.without(found.slice(run.reportedCount), elapsedMs, run.earlier);
    run.reportedCount = found.length;
    return fresh;
  }

  private readonly _runs = new BoundedMap<string, OpenRun>(MOST_RUNS);
  private readonly _cells = new BoundedMap<string, string>(MOST_CELLS);
  private readonly _counters = new Counters();
  private readonly _repeats = new Repeats();
  private _settled: Promise<void> = Promise.resolve();
}

function requestIdOf({ parent_header }: KernelMessage.IMessage): string | undefined {
  return 'msg_id' in parent_header ? parent_header.msg_id : undefined;
}

function isIdle({ header, content }: KernelMessage.IMessage): boolean {
  return (
    header.msg_type === 'status' &&
    'execution_state' in content &&
    content.execution_state === 'idle'
  );
}
