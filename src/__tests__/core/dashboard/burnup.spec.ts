import type { Standing } from '../../../core/record/standing';
import type { UsageRow } from '../../../core/dashboard/usage-rows';
import { burnupOf, courseOf } from '../../../core/dashboard/burnup';
import type { Course } from '../../../core/dashboard/burnup';
import { parseUsage } from '../../../core/dashboard/usage-rows';
import type { Wire } from '../../samples';
import { documentWith, wireLimit, wireStanding, wireTotals } from '../../samples';

const NOW = Date.parse('2026-11-04T12:00:00Z');

function standingWith(changes: Wire): Standing {
  return documentWith({ standings: [wireStanding(changes)] }).standings[0];
}

function courseWith(changes: Wire): Course {
  const course = courseOf(standingWith(changes), 'UTC');
  if (course === undefined) {
    throw new Error('there is no course');
  }
  return course;
}

function rowsOf(tokens: Record<string, number>): readonly UsageRow[] {
  const rows = Object.entries(tokens).map(([group, input_tokens]) =>
    wireTotals({ group, input_tokens, output_tokens: 0 })
  );
  return parseUsage({ rows });
}

describe('courseOf', () => {
  it('should request the calls that the limit counts', () => {
    const limit = wireLimit({ scope: 'model', time_zone: 'Asia/Shanghai' });
    expect(courseWith({ limit, subject: 'gpt-5' })).toMatchObject({
      step: 'day',
      query: { model: 'gpt-5' },
      span: { timeZone: 'Asia/Shanghai' }
    });
  });

  it('should draw a day by hours, and nothing of an hour or of a total', () => {
    expect(courseWith({ limit: wireLimit({ window: 'day' }) }).step).toBe('hour');
    expect(courseOf(standingWith({ limit: wireLimit({ window: 'hour' }) }), 'UTC')).toBeUndefined();
    expect(courseOf(standingWith({ resets_at: null }), 'UTC')).toBeUndefined();
  });
});

describe('burnupOf', () => {
  it('should add up the days and end now, at what the counter says', () => {
    const rows = rowsOf({ '2026-11-01': 10, '2026-11-03': 30, '2026-11-04': 50 });
    const { points } = burnupOf(standingWith({ used: '95' }), courseWith({}), rows, NOW);
    expect(points.map(({ used }) => used)).toEqual([0, 10, 10, 40, 95]);
    expect(points.at(-1)?.at).toBe(NOW);
  });

  it('should never fall', () => {
    const rows = rowsOf({ '2026-11-01': 500 });
    const { points } = burnupOf(standingWith({ used: '95' }), courseWith({}), rows, NOW);
    expect(points.map(({ used }) => used)).toEqual([0, 95, 95, 95, 95]);
  });

  it('should lead to the forecast at the end of the window, and nowhere without one', () => {
    const forecast = { used: '1230000', ratio: 1.23 };
    const end = Date.parse('2026-12-01T00:00:00Z');
    expect(burnupOf(standingWith({ forecast }), courseWith({}), [], NOW).forecast).toEqual({
      at: end,
      used: 1_230_000
    });
    expect(burnupOf(standingWith({}), courseWith({}), [], NOW).forecast).toBeUndefined();
  });
});
