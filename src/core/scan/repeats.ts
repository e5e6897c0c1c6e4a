/**
 * Recognises calls that one run shows again after another: `response` in one cell, `response$usage` in the next.
 *
 * A printed usage with an id needs no rule. Without an id, a repetition looks like another call with the same numbers. It
 * counts as a repetition if earlier runs of other cells showed a call with the same input and output, or calls that add up to
 * it, and if the run was faster than a paid call can be. If the same cell runs again, it makes another call.
 */

import type { CallRecord } from '../record/record';

/** Chats of paid APIs take longer, prints of what is there already do not. */
const QUICKEST_CALL_MS = 300;
const MOST_CALLS = 1_000;

/** The calls that the runs of one kernel showed. */
export class Repeats {
  /**
   * Ends a run.
   *
   * @param records - the calls it showed.
   * @param elapsedMs - how long it took; NaN where that is not known.
   * @returns those that no earlier run has shown, as far as can be seen.
   */
  without(records: readonly CallRecord[], elapsedMs: number): readonly CallRecord[] {
    const shownBefore = [...this._shown];
    const fresh = records.filter(record => {
      if (isTold(record, elapsedMs)) {
        return true;
      }
      const at = shownBefore.findIndex(shown => isSame(shown, record));
      if (at >= 0) {
        // Each of them explains one print.
        shownBefore.splice(at, 1);
        return false;
      }
      return !isSum(record, this._shown);
    });
    this._shown.push(...fresh);
    this._shown.splice(0, Math.max(0, this._shown.length - MOST_CALLS));
    return fresh;
  }

  private readonly _shown: CallRecord[] = [];
}

/** Whether it shows on its own that it is not a repetition, or of which call it is one. */
function isTold({ responseId, outputTokens }: CallRecord, elapsedMs: number): boolean {
  return responseId !== undefined || outputTokens === undefined || !(elapsedMs < QUICKEST_CALL_MS);
}

function isSame(shown: CallRecord, record: CallRecord): boolean {
  return (
    shown.inputTokens === record.inputTokens &&
    shown.outputTokens === record.outputTokens &&
    (shown.cellId === undefined || shown.cellId !== record.cellId)
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
