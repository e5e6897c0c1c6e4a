/**
 * Decides how much a printed sum counts beside the calls that it adds up.
 *
 * A sum counts only for what it has beyond the calls that were counted one by one: within a run and, for objects that keep
 * adding, across the runs of a kernel.
 */

import type { Reading } from './reading';
import { agrees, tokensOf } from './reading';

type Tokens = readonly [input: number, output: number];

const NONE: Tokens = [0, 0];

/** Follows the counters of one kernel: objects like claudette's `chat.use` and ellmer's chats. */
export class Counters {
  /**
   * Ends a run.
   *
   * @param calls - what was counted in it.
   * @param counter - the greatest counter that it printed.
   * @returns the calls, and what the counter has beyond everything counted since it began.
   */
  settle(calls: readonly Reading[], counter: Reading | undefined): readonly Reading[] {
    if (counter === undefined) {
      this._counted = plus(this._counted, totalOf(calls));
      return calls;
    }
    const now = tokensOf(counter);
    // A counter that has fallen is another object.
    const isNew = now[0] < this._last[0] || now[1] < this._last[1];
    const all = [...calls, ...restOf(counter, calls, isNew ? NONE : this._counted)];
    this._counted = plus(isNew ? NONE : this._counted, totalOf(all));
    this._last = now;
    return all;
  }

  private _counted = NONE;
  private _last = NONE;
}

/**
 * Sums of different things: of two agents, of two stages. A sum that grows never falls, so that one which does is another's.
 *
 * @param sums - in the order of the text.
 * @returns each of them; of a growing one the greatest.
 */
export function separateSums(sums: readonly Reading[]): readonly Reading[] {
  const distinct = sums.filter((sum, at) => !sums.slice(0, at).some(one => agrees(sum, one)));
  const whole = greatestOf(distinct);
  if (whole === undefined) {
    return [];
  }
  if (isRising(distinct)) {
    return [whole];
  }
  const parts = distinct.filter(sum => sum !== whole);
  const [input, output] = totalOf(parts);
  const [inputTokens, outputTokens] = tokensOf(whole);
  const isPartOfWhole = inputTokens >= input && outputTokens >= output;
  return isPartOfWhole && parts.length > 1 ? [whole] : distinct;
}

/** The reading with the most tokens. */
export function greatestOf(readings: readonly Reading[]): Reading | undefined {
  return readings.reduce<Reading | undefined>(
    (best, reading) => (best === undefined || size(reading) > size(best) ? reading : best),
    undefined
  );
}

/**
 * What a sum has beyond what was counted by itself.
 *
 * @param sum - the greatest of them, as a growing sum is printed again and again.
 * @param calls - counted in the same run.
 * @param before - counted earlier.
 * @returns one reading; none when nothing is left.
 */
export function restOf(
  sum: Reading | undefined,
  calls: readonly Reading[],
  before: Tokens = NONE
): readonly Reading[] {
  if (sum === undefined) {
    return [];
  }
  const [input, output] = plus(before, totalOf(calls));
  if (input + output === 0) {
    return [sum];
  }
  const [inputTokens, outputTokens] = tokensOf(sum);
  const rest = {
    inputTokens: Math.max(0, inputTokens - input),
    outputTokens: Math.max(0, outputTokens - output)
  };
  return rest.inputTokens + rest.outputTokens === 0 ? [] : [{ ...sum, usage: rest }];
}

/** The same of several sums: each is one where nothing was counted by itself, and together they are one sum where something was. */
export function restOfAll(sums: readonly Reading[], calls: readonly Reading[]): readonly Reading[] {
  if (sums.length < 2 || calls.length === 0) {
    return calls.length === 0 ? sums : restOf(sums.at(0), calls);
  }
  const [inputTokens, outputTokens] = totalOf(sums);
  return restOf({ ...sums[0], usage: { inputTokens, outputTokens } }, calls);
}

/** Drops readings without an id that are exactly the sum of two or more before them: a total without a name. */
export function withoutSums(readings: readonly Reading[]): readonly Reading[] {
  const [input, output] = totalOf(readings);
  const whole = readings.findIndex(
    reading =>
      readings.length > 2 &&
      reading.responseId === undefined &&
      size(reading) > 0 &&
      2 * tokensOf(reading)[0] === input &&
      2 * tokensOf(reading)[1] === output
  );
  const parts = readings.filter((_, at) => at !== whole);
  let before = NONE;
  return parts.filter((reading, index) => {
    const tokens = tokensOf(reading);
    const isSum = tokens[0] === before[0] && tokens[1] === before[1] && size(reading) > 0;
    if (index >= 2 && isSum && reading.responseId === undefined) {
      return false;
    }
    before = plus(before, tokens);
    return true;
  });
}

/** smolagents adds its steps up in newer versions and does not in older ones: in a sum neither number ever falls, which shows it. */
export function stepsOf(steps: readonly Reading[]): readonly Reading[] {
  const distinct = steps.filter((step, at) => at === 0 || !agrees(step, steps[at - 1]));
  return isRising(distinct) ? distinct.slice(-1) : distinct;
}

function isRising(readings: readonly Reading[]): boolean {
  return readings.every((reading, at) => {
    const [input, output] = tokensOf(reading);
    const [inputBefore, outputBefore] = at === 0 ? NONE : tokensOf(readings[at - 1]);
    return input >= inputBefore && output >= outputBefore;
  });
}

function totalOf(readings: readonly Reading[]): Tokens {
  return readings.map(tokensOf).reduce(plus, NONE);
}

function plus(one: Tokens, other: Tokens): Tokens {
  return [one[0] + other[0], one[1] + other[1]];
}

function size(reading: Reading): number {
  const [input, output] = tokensOf(reading);
  return input + output;
}
