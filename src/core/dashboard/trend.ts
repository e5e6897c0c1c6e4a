/**
 * The trend: what each series used in each step of the time.
 *
 * The server's rows become columns of a stack. A series keeps its colour while the view changes.
 */

import type { Totals } from '../record/standing';
import type { Bucket } from './period';
import type { ShownUnit, UsageRow } from './usage-rows';
import { sumOf, valueOf } from './usage-rows';

/** The most series with a colour of their own. */
export const MOST_SERIES = 6;

/** One value of the grouping, or the rest. */
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
  /** The sums of each series, by its id. */
  readonly parts: ReadonlyMap<string, Totals>;
}

/** The series and their columns. */
export interface Trend {
  /** The largest first, the rest last. */
  readonly series: readonly Series[];
  readonly columns: readonly Column[];
  readonly totals: Totals;
}

/** Makes the series of a value, of no value, or of the rest. */
export function seriesOf(value: string | undefined, isRest: boolean, notebook?: string): Series {
  if (isRest) {
    return { id: 'rest', isRest };
  }
  return value === undefined
    ? { id: 'none', isRest }
    : { id: `=${value}`, value, isRest, notebook };
}

/**
 * Sorts the rows of a split trend into columns.
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
 * Gives each series the number of a colour; a series that has one keeps it.
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
  // The colours of hidden series are kept as well, as removing a filter shows them again.
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
