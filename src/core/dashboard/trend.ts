/**
 * The trend: for each step of the time what each series used.
 *
 * Owns the way from the server's rows to columns of a stack, and which series has which colour; what one colour means
 * stays the same while the view changes.
 */

import type { Totals } from '../record/standing';
import type { Bucket } from './period';
import type { ShownUnit, UsageRow } from './usage-rows';
import { sumOf, valueOf } from './usage-rows';

/** Most series that are told apart by colour. */
export const MOST_SERIES = 6;

/** One value of the grouping, or what is not told by itself. */
export interface Series {
  readonly id: string;
  /** Absent for the calls that have no such value, and for the rest. */
  readonly value?: string;
  readonly isRest: boolean;
  /** The notebook of a cell. */
  readonly notebook?: string;
}

/** What each series used in one step. */
export interface Column {
  readonly bucket: Bucket;
  readonly totals: Totals;
  /** By the id of the series. */
  readonly parts: ReadonlyMap<string, Totals>;
}

/** The series and their columns. */
export interface Trend {
  /** The largest first, the rest last. */
  readonly series: readonly Series[];
  readonly columns: readonly Column[];
  readonly totals: Totals;
}

/** The series of a value, of none, or of the rest. */
export function seriesOf(value: string | undefined, isRest: boolean, notebook?: string): Series {
  if (isRest) {
    return { id: 'rest', isRest };
  }
  return value === undefined
    ? { id: 'none', isRest }
    : { id: `=${value}`, value, isRest, notebook };
}

/**
 * Puts the rows of a split trend in order.
 *
 * @param rows - sums by step and series.
 * @param buckets - every step, those without calls included.
 * @param unit - by which the series are ranked.
 */
export function trendOf(
  rows: readonly UsageRow[],
  buckets: readonly Bucket[],
  unit: ShownUnit
): Trend {
  const bySeries = new Map<string, { series: Series; rows: UsageRow[] }>();
  const byBucket = new Map<string, Map<string, UsageRow>>();
  for (const row of rows) {
    const series = seriesOf(row.split, row.isRest, row.notebook);
    const known = bySeries.get(series.id) ?? { series, rows: [] };
    known.rows.push(row);
    bySeries.set(series.id, known);
    const parts = byBucket.get(row.group ?? '') ?? new Map<string, UsageRow>();
    byBucket.set(row.group ?? '', parts.set(series.id, row));
  }
  const columns = buckets.map(bucket => {
    const parts = byBucket.get(bucket.key) ?? new Map<string, UsageRow>();
    return { bucket, parts, totals: sumOf(parts.values()) };
  });
  return { series: ranked([...bySeries.values()], unit), columns, totals: sumOf(rows) };
}

/**
 * Gives each series a colour's number; those that have one keep it.
 *
 * @param known - what each had before.
 * @param series - those to be shown now.
 * @returns the numbers from 0 to `MOST_SERIES` - 1; the rest has none.
 */
export function colourSeries(
  known: ReadonlyMap<string, number>,
  series: readonly Series[]
): ReadonlyMap<string, number> {
  const shown = series.filter(({ isRest }) => !isRest).slice(0, MOST_SERIES);
  const kept = new Map<string, number>();
  for (const { id } of shown) {
    const colour = known.get(id);
    if (colour !== undefined && ![...kept.values()].includes(colour)) {
      kept.set(id, colour);
    }
  }
  const taken = new Set(kept.values());
  const free = [...Array(MOST_SERIES).keys()].filter(colour => !taken.has(colour));
  for (const { id } of shown) {
    if (!kept.has(id)) {
      kept.set(id, free.shift() ?? 0);
    }
  }
  // The colours of those out of sight are remembered as well: a filter that is taken away brings them back.
  return new Map([...known, ...kept]);
}

function ranked(
  found: readonly { series: Series; rows: readonly UsageRow[] }[],
  unit: ShownUnit
): readonly Series[] {
  const size = (rows: readonly UsageRow[]): number => valueOf(sumOf(rows), unit);
  return [...found]
    .sort(
      (a, b) => Number(a.series.isRest) - Number(b.series.isRest) || size(b.rows) - size(a.rows)
    )
    .map(({ series }) => series);
}
