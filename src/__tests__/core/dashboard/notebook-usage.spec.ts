import { loadNotebookUsage, monthOf } from '../../../core/dashboard/notebook-usage';
import type { Query } from '../../../core/dashboard/source';
import { parseUsage } from '../../../core/dashboard/usage-rows';
import { wireTotals } from '../../samples';

const NOW = new Date(2026, 10, 9, 12);

function loading(): { queries: Query[]; load: (query: Query) => ReturnType<typeof answer> } {
  const queries: Query[] = [];
  return {
    queries,
    load: query => {
      queries.push(query);
      return answer(query);
    }
  };
}

function answer({ group_by }: Query): Promise<ReturnType<typeof parseUsage>> {
  const rows =
    group_by === 'day'
      ? [
          wireTotals({ group: '2026-11-08', calls: 2 }),
          wireTotals({ group: '2026-11-09', calls: 3 })
        ]
      : [wireTotals({ calls: 7 })];
  return Promise.resolve(parseUsage({ rows }));
}

describe('loadNotebookUsage', () => {
  it('should sum up today, the month and the kernel', async () => {
    const { load, queries } = loading();
    const usage = await loadNotebookUsage(load, { path: 'a/b.ipynb', kernelId: 'k' }, NOW);
    expect([usage.today.calls, usage.month.calls, usage.session?.calls]).toEqual([3, 5, 7]);
    expect(queries).toEqual([
      { group_by: 'day', notebook: 'a/b.ipynb', ...monthOf(NOW) },
      { group_by: 'none', kernel: 'k' }
    ]);
  });

  it('should load nothing of a kernel while none runs', async () => {
    const { load, queries } = loading();
    const usage = await loadNotebookUsage(load, { path: 'b.ipynb' }, NOW);
    expect(usage.session).toBeUndefined();
    expect(queries).toHaveLength(1);
  });
});

describe('monthOf', () => {
  it("should begin with the month's first day in the browser's zone", () => {
    const { from, time_zone } = monthOf(NOW);
    expect(new Date(from)).toEqual(new Date(2026, 10, 1));
    expect(time_zone).toBe(Intl.DateTimeFormat().resolvedOptions().timeZone);
  });
});
