/**
 * The view of the dashboard: period, unit, grouping, filters, order of the table.
 *
 * A view is saved with the layout. A saved view is not trusted: a value that cannot be read gets its default.
 */

import type { Bucket, Period, Span, Step } from './period';
import { isDay, PERIODS, STEPS } from './period';
import type { ShownUnit } from './usage-rows';
import { UNITS_SHOWN } from './usage-rows';

/** The dimensions by which calls can be grouped. */
export const DIMENSIONS = [
  'model',
  'provider',
  'notebook',
  'cell',
  'program',
  'project',
  'user',
  'team',
  'key'
] as const;
/** The columns by which calls can be sorted. */
const SORTS = [
  'started_at',
  'tokens',
  'input_tokens',
  'output_tokens',
  'cost',
  'duration'
] as const;
/** The orders in which calls can be sorted. */
const ORDERS = ['desc', 'asc'] as const;

/** One of `DIMENSIONS`. */
export type Dimension = (typeof DIMENSIONS)[number];
/** One of `SORTS`. */
export type Sort = (typeof SORTS)[number];
/** One of `ORDERS`. */
type Order = (typeof ORDERS)[number];

/** Shows only calls of a value; the empty value means calls that have none. */
export interface Filter {
  readonly dimension: Dimension;
  readonly value: string;
  /** The notebook of a cell, for its label. */
  readonly notebook?: string;
}

/** What the dashboard shows. */
export interface View {
  readonly period: Period;
  readonly unit: ShownUnit;
  readonly group: Dimension;
  /** Absent means the one that fits the period. */
  readonly step?: Step;
  readonly filters: readonly Filter[];
  /** The key of the only step that is shown; absent means all. */
  readonly selected?: string;
  readonly search: string;
  readonly sort: Sort;
  readonly order: Order;
}

/** The view of a new dashboard. */
export const FIRST_VIEW: View = {
  period: { name: 'days30' },
  unit: 'tokens',
  group: 'model',
  filters: [],
  search: '',
  sort: 'started_at',
  order: 'desc'
};

/** Reads a view of a saved layout; what cannot be read has its default. */
export function readView(saved: unknown): View {
  const fields = fieldsOf(saved);
  const period = fieldsOf(fields.period);
  return {
    period: {
      name: oneOf(PERIODS, period.name) ?? FIRST_VIEW.period.name,
      first: isDay(period.first) ? period.first : undefined,
      last: isDay(period.last) ? period.last : undefined
    },
    unit: oneOf(UNITS_SHOWN, fields.unit) ?? FIRST_VIEW.unit,
    group: oneOf(DIMENSIONS, fields.group) ?? FIRST_VIEW.group,
    step: oneOf(STEPS, fields.step),
    filters: Array.isArray(fields.filters) ? fields.filters.flatMap(readFilter) : [],
    selected: textOf(fields.selected),
    search: textOf(fields.search) ?? '',
    sort: oneOf(SORTS, fields.sort) ?? FIRST_VIEW.sort,
    order: oneOf(ORDERS, fields.order) ?? FIRST_VIEW.order
  };
}

/** Sets the period, and shows all of its steps. */
export function withPeriod(view: View, period: Period): View {
  return { ...view, period, selected: undefined };
}

/** Adds a filter in place of another of the same dimension, or removes it when it is there. */
export function toggleFilter(view: View, filter: Filter): View {
  const others = view.filters.filter(({ dimension }) => dimension !== filter.dimension);
  return { ...view, filters: isFiltered(view, filter) ? others : [...others, filter] };
}

/** Whether only calls of this value are shown. */
export function isFiltered({ filters }: View, { dimension, value }: Filter): boolean {
  return filters.some(other => other.dimension === dimension && other.value === value);
}

/** Shows only one step, or all of them again. */
export function toggleStep(view: View, key: string): View {
  return { ...view, selected: view.selected === key ? undefined : key };
}

/** Sorts by a column, the most first; reverses the order when it is the column already. */
export function sortBy(view: View, sort: Sort): View {
  const isAgain = view.sort === sort && view.order === 'desc';
  return { ...view, sort, order: isAgain ? 'asc' : 'desc' };
}

/** The parameters of a request that select the calls. */
export function filterQuery(view: View, { from, to }: Span): Record<string, string> {
  const filters = view.filters.map(({ dimension, value }) => [dimension, value]);
  return { from, to, ...(Object.fromEntries(filters) as Record<string, string>) };
}

/** The parameters of a request that search the table, besides the filters. */
export function searchQuery({ search }: View): Record<string, string> {
  return search.trim() === '' ? {} : { search: search.trim() };
}

/** The span that everything except the trend shows: the chosen step, else the whole period. */
export function shownSpan(view: View, span: Span, buckets: readonly Bucket[]): Span {
  return buckets.find(({ key }) => key === view.selected) ?? span;
}

function readFilter(saved: unknown): Filter[] {
  const fields = fieldsOf(saved);
  const dimension = oneOf(DIMENSIONS, fields.dimension);
  const value = textOf(fields.value);
  return dimension === undefined || value === undefined
    ? []
    : [{ dimension, value, notebook: textOf(fields.notebook) }];
}

function fieldsOf(value: unknown): Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {};
}

function textOf(value: unknown): string | undefined {
  return typeof value === 'string' ? value : undefined;
}

function oneOf<T extends string>(words: readonly T[], value: unknown): T | undefined {
  return words.find(word => word === value);
}
