/**
 * What the dashboard is set to show: period, unit, grouping, filters, order of the table.
 *
 * Owns each change of it, its form in the saved layout and its form in a request; refuses to trust a saved one: what it
 * cannot read is as it is at first.
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
  'project',
  'user',
  'team',
  'key'
] as const;
/** The columns by which calls can be sorted. */
export const SORTS = [
  'started_at',
  'tokens',
  'input_tokens',
  'output_tokens',
  'cost',
  'duration'
] as const;
/** The orders in which calls can be sorted. */
export const ORDERS = ['desc', 'asc'] as const;

/** By what calls are told apart. */
export type Dimension = (typeof DIMENSIONS)[number];
/** One of `SORTS`. */
export type Sort = (typeof SORTS)[number];
/** One of `ORDERS`. */
export type Order = (typeof ORDERS)[number];

/** Only calls of this value count; the empty value means those that have none. */
export interface Filter {
  readonly dimension: Dimension;
  readonly value: string;
  /** The notebook of a cell, to tell it by. */
  readonly notebook?: string;
}

/** What the dashboard shows. */
export interface View {
  readonly period: Period;
  readonly unit: ShownUnit;
  readonly group: Dimension;
  /** Absent: whichever fits the period. */
  readonly step?: Step;
  readonly filters: readonly Filter[];
  /** The key of the step that alone is looked at. */
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

/** Reads a view out of a saved layout; what is not one is as at first. */
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

/** Looks at another time; a chosen step of the old one is let go. */
export function withPeriod(view: View, period: Period): View {
  return { ...view, period, selected: undefined };
}

/** Adds a filter, in the place of another of the same dimension; the same one again is taken away. */
export function toggleFilter(view: View, filter: Filter): View {
  const others = view.filters.filter(({ dimension }) => dimension !== filter.dimension);
  return { ...view, filters: isFiltered(view, filter) ? others : [...others, filter] };
}

/** Whether only calls of this value count. */
export function isFiltered({ filters }: View, { dimension, value }: Filter): boolean {
  return filters.some(other => other.dimension === dimension && other.value === value);
}

/** Looks at one step alone, or at all of them again. */
export function toggleStep(view: View, key: string): View {
  return { ...view, selected: view.selected === key ? undefined : key };
}

/** Sorts by a column: the most first, and the other way round when it is chosen again. */
export function sortBy(view: View, sort: Sort): View {
  const isAgain = view.sort === sort && view.order === 'desc';
  return { ...view, sort, order: isAgain ? 'asc' : 'desc' };
}

/** The part of a request that says which calls count. */
export function filterQuery(view: View, { from, to }: Span): Record<string, string> {
  const filters = view.filters.map(({ dimension, value }) => [dimension, value]);
  return { from, to, ...(Object.fromEntries(filters) as Record<string, string>) };
}

/** The part of a request that finds calls in the table, beside the filters. */
export function searchQuery({ search }: View): Record<string, string> {
  return search.trim() === '' ? {} : { search: search.trim() };
}

/** The time that all but the trend looks at: the chosen step, else the whole period. */
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
