import { bucketsOf, spanOf } from '../../../core/dashboard/period';
import {
  filterQuery,
  FIRST_VIEW,
  isFiltered,
  readView,
  searchQuery,
  shownSpan,
  sortBy,
  toggleFilter,
  toggleStep,
  withPeriod
} from '../../../core/dashboard/view';

const SPAN = spanOf({ name: 'days7' }, Date.parse('2026-11-25T12:00:00Z'), 'UTC');
const HOSTILE = '<b>&model=x?#%00 "\'';

describe('a view', () => {
  it('should come back from a saved layout as it was', () => {
    const filtered = toggleFilter(FIRST_VIEW, { dimension: 'model', value: HOSTILE });
    const view = sortBy(toggleStep({ ...filtered, step: 'hour' }, '2026-11-20'), 'cost');
    expect(readView(JSON.parse(JSON.stringify(view)))).toEqual(view);
  });

  it.each([
    undefined,
    null,
    'x',
    7,
    [],
    { period: 'x', unit: 'EUR', group: '__proto__', filters: [{ dimension: 'x', value: 'y' }, 3] }
  ])('should be as at first where the saved one is %p', saved => {
    expect(readView(saved)).toEqual(FIRST_VIEW);
  });

  it('should hold one filter of a dimension, and let it go when it is chosen again', () => {
    const one = toggleFilter(FIRST_VIEW, { dimension: 'model', value: 'a' });
    const other = toggleFilter(one, { dimension: 'model', value: 'b' });
    expect(other.filters).toEqual([{ dimension: 'model', value: 'b' }]);
    expect(toggleFilter(other, { dimension: 'model', value: 'b' }).filters).toEqual([]);
  });

  it('should request what the filters say, including missing values', () => {
    const filtered = toggleFilter(FIRST_VIEW, { dimension: 'project', value: '' });
    const query = filterQuery(toggleFilter(filtered, { dimension: 'model', value: HOSTILE }), SPAN);
    expect(query).toEqual({ from: SPAN.from, to: SPAN.to, project: '', model: HOSTILE });
  });

  it('should not search for blanks', () => {
    expect(searchQuery({ ...FIRST_VIEW, search: '  ' })).toEqual({});
    expect(searchQuery({ ...FIRST_VIEW, search: ' gpt ' })).toEqual({ search: 'gpt' });
  });

  it('should use only the chosen step, and all of them when it is gone', () => {
    const buckets = bucketsOf(SPAN, 'day');
    const view = toggleStep(FIRST_VIEW, '2026-11-20');
    expect(shownSpan(view, SPAN, buckets)).toMatchObject({
      from: '2026-11-20T00:00:00Z',
      to: '2026-11-21T00:00:00Z'
    });
    expect(shownSpan(toggleStep(view, '2026-11-20'), SPAN, buckets)).toBe(SPAN);
    expect(shownSpan(withPeriod(view, { name: 'today' }), SPAN, buckets)).toBe(SPAN);
  });

  it('should sort by the most first, then the other way round', () => {
    const once = sortBy(FIRST_VIEW, 'cost');
    expect(once).toMatchObject({ sort: 'cost', order: 'desc' });
    expect(sortBy(once, 'cost').order).toBe('asc');
    expect(sortBy(sortBy(once, 'cost'), 'tokens').order).toBe('desc');
  });

  it('should list the filtered values, each in its own dimension', () => {
    const view = toggleFilter(FIRST_VIEW, { dimension: 'model', value: 'a' });
    expect(isFiltered(view, { dimension: 'model', value: 'a' })).toBe(true);
    expect(isFiltered(view, { dimension: 'model', value: 'b' })).toBe(false);
    expect(isFiltered(view, { dimension: 'project', value: 'a' })).toBe(false);
  });
});
