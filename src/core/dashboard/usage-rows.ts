/**
 * Sums of calls by group, as `GET usage` gives them.
 *
 * A cost that is not known is absent, never zero.
 */

import { addDecimals } from '../record/decimal';
import { Shape } from '../record/shape';
import type * as Wire from '../record/wire';
import type { Totals } from '../record/standing';
import { readTotals } from '../record/standing-reader';

/** The units that can be shown. */
export const UNITS_SHOWN = ['tokens', 'cost', 'calls'] as const;

/** What is shown: the tokens, the cost, or the number of calls. */
export type ShownUnit = (typeof UNITS_SHOWN)[number];

/** The sums of one group; tokens include what the caches held, as in the public record. */
export interface UsageRow extends Totals {
  /** Absent for the calls that have none. */
  readonly group?: string;
  /** The second group, where the answer has one. */
  readonly split?: string;
  /** The notebook of a cell. */
  readonly notebook?: string;
  /** Whether it sums up the groups without a row of their own. */
  readonly isRest: boolean;
}

const NOTHING: Totals = {
  calls: 0,
  inputTokens: 0,
  outputTokens: 0,
  unpricedCalls: 0,
  missingCalls: 0
};

/**
 * Reads an answer of `GET usage`.
 *
 * @param value - the body.
 * @returns a row for each group.
 * @throws {ShapeError} when it does not keep the contract.
 */
export function parseUsage(value: unknown): readonly UsageRow[] {
  return new Shape<Wire.UsageAnswer>(value, 'answer').list('rows', readRow);
}

/** The sum of some rows; `cost` is absent when no call was priced. */
export function sumOf(rows: Iterable<Totals>): Totals {
  let sum = NOTHING;
  for (const row of rows) {
    sum = {
      calls: sum.calls + row.calls,
      inputTokens: sum.inputTokens + row.inputTokens,
      outputTokens: sum.outputTokens + row.outputTokens,
      cost: sumOfCosts(sum.cost, row.cost),
      unpricedCalls: sum.unpricedCalls + row.unpricedCalls,
      missingCalls: sum.missingCalls + row.missingCalls
    };
  }
  return sum;
}

/** How much of a unit was used, for the length of a bar; 0 where it is not known. */
export function valueOf(totals: Totals, unit: ShownUnit): number {
  switch (unit) {
    case 'tokens':
      return totals.inputTokens + totals.outputTokens;
    case 'cost':
      return Number(totals.cost ?? 0);
    case 'calls':
      return totals.calls;
  }
}

function sumOfCosts(left: string | undefined, right: string | undefined): string | undefined {
  return left === undefined || right === undefined ? (left ?? right) : addDecimals(left, right);
}

function readRow(value: unknown, path: string): UsageRow {
  const shape = new Shape<Wire.UsageRow>(value, path);
  return {
    group: shape.optionalText('group'),
    split: shape.optionalText('split'),
    notebook: shape.optionalText('notebook'),
    isRest: shape.optionalFlag('is_rest') === true,
    ...readTotals(new Shape<Wire.Summary>(value, path))
  };
}
