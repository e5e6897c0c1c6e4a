/**
 * Recognises calls that one run shows again after another: `response` in one cell, `response$usage` in the next.
 *
 * A printed usage with an id needs no rule, unless its call was shown without the id before. Without an id, a repetition looks
 * like another call with the same numbers. It counts as a repetition if earlier runs of other cells showed a call with the same
 * input and output, or calls that add up to it, if its source looks at a variable that can hold the answer, and if it runs
 * nothing that may make a call or was faster than a paid call can be. If a cell that may make a call runs again, it makes
 * another one.
 */

import { BoundedMap } from '../bounded';
import type { CallRecord } from '../record/record';
import type { CellNames } from './cell-names';
import { looksAtLastValue, namesIn } from './cell-names';

/** Chats of paid APIs take longer, prints of what is there already do not. */
const QUICKEST_CALL_MS = 300;
const MOST_CALLS = 1_000;
const MOST_NAMES = 1_000;
/** A longer source is not looked into; in characters. */
const LONGEST_SOURCE = 100_000;

/** A call that was shown, and the variables that can hold its answer; undefined where the source is not known. */
interface Shown {
  readonly record: CallRecord;
  readonly holders: Set<string> | undefined;
}

/** What a run may show again. */
export interface EarlierCalls {
  /** The variables of its source, where that is known. */
  readonly names: CellNames | undefined;
  /** The calls whose answers it can look at. */
  readonly visible: readonly CallRecord[];
  /** Those among them that it has not shown. Each explains one print. */
  readonly left: CallRecord[];
}

/** The calls that the runs of one kernel showed. */
export class Repeats {
  /**
   * Begins a run; to be called once a run, before what it shows is checked.
   *
   * @param source - what it executes, where that is known.
   * @returns what it may show again.
   */
  startRun(source?: string): EarlierCalls {
    const isRead = source !== undefined && source.length <= LONGEST_SOURCE;
    const names = isRead ? namesIn(source) : undefined;
    const visible = this._visible(names);
    if (names !== undefined) {
      this._noteNames(names);
    }
    return { names, visible, left: [...visible] };
  }

  /**
   * Checks what a run shows; again with what it shows later.
   *
   * @param records - the calls it shows.
   * @param elapsedMs - how long it took; NaN where that is not known.
   * @param earlier - what it may show again.
   * @returns those that no earlier run has shown, as far as can be seen.
   */
  without(
    records: readonly CallRecord[],
    elapsedMs: number,
    { names, visible, left }: EarlierCalls
  ): readonly CallRecord[] {
    const isLook = names?.mayCall === false;
    const canCall = !isLook && !(elapsedMs < QUICKEST_CALL_MS);
    const fresh = records.filter(record => {
      if (canCall || isTold(record, isLook)) {
        return true;
      }
      const at = left.findIndex(shown => isSame(shown, record, isLook));
      if (at >= 0) {
        left.splice(at, 1);
        return false;
      }
      return !isSum(record, visible);
    });
    const holders =
      names === undefined ? undefined : [...(names.set.size > 0 ? names.set : names.shown)];
    this._shown.push(...fresh.map(record => ({ record, holders: holders && new Set(holders) })));
    this._shown.splice(0, Math.max(0, this._shown.length - MOST_CALLS));
    return fresh;
  }

  /** The calls whose answers a cell can look at. */
  private _visible(names: CellNames | undefined): readonly CallRecord[] {
    if (names === undefined || looksAtLastValue(names)) {
      return this._shown.map(({ record }) => record);
    }
    const read = this._sourcesOf(names.read);
    return this._shown
      .filter(({ holders }) => holders === undefined || [...holders].some(name => read.has(name)))
      .map(({ record }) => record);
  }

  /** Variables, and those that they were made of. */
  private _sourcesOf(names: ReadonlySet<string>): ReadonlySet<string> {
    const found = new Set(names);
    for (const name of found) {
      // A set hands out what is added to it while it is gone through.
      this._madeOf.get(name)?.forEach(part => found.add(part));
    }
    return found;
  }

  private _noteNames({ set, read }: CellNames): void {
    for (const name of set) {
      this._madeOf.set(name, read);
      // What it held before is not there any more.
      this._shown.forEach(({ holders }) => holders?.delete(name));
    }
  }

  private readonly _shown: Shown[] = [];
  /** What each variable was made of when it was set last. */
  private readonly _madeOf = new BoundedMap<string, ReadonlySet<string>>(MOST_NAMES);
}

/** Whether it shows on its own that it is not a repetition, or of which call it is one. */
function isTold({ responseId, outputTokens }: CallRecord, isLook: boolean): boolean {
  return outputTokens === undefined || (responseId !== undefined && !isLook);
}

function isSame(shown: CallRecord, record: CallRecord, isLook: boolean): boolean {
  return (
    shown.inputTokens === record.inputTokens &&
    shown.outputTokens === record.outputTokens &&
    (shown.responseId ?? record.responseId) === (record.responseId ?? shown.responseId) &&
    (isLook || shown.cellId === undefined || shown.cellId !== record.cellId)
  );
}

/** Whether the newest calls, two or more of them, come to it. */
function isSum(record: CallRecord, shown: readonly CallRecord[]): boolean {
  let [input, output, count] = [0, 0, 0];
  return [...shown].reverse().some(({ inputTokens = 0, outputTokens = 0 }) => {
    input += inputTokens;
    output += outputTokens;
    count += 1;
    return count > 1 && input === record.inputTokens && output === record.outputTokens;
  });
}
