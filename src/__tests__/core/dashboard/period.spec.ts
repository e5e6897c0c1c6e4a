import {
  bucketsOf,
  chooseStep,
  customPeriod,
  isDay,
  spanOf,
  stepsFor
} from '../../../core/dashboard/period';

const NOW = Date.parse('2026-11-25T20:30:00Z');

describe('spanOf', () => {
  it("should begin and end with the reader's day", () => {
    // 20:30 UTC is already tomorrow in Shanghai.
    expect(spanOf({ name: 'today' }, NOW, 'Asia/Shanghai')).toEqual({
      from: '2026-11-25T16:00:00Z',
      to: '2026-11-26T16:00:00Z',
      timeZone: 'Asia/Shanghai'
    });
  });

  it.each([
    ['days7', '2026-11-19T00:00:00Z', '2026-11-26T00:00:00Z'],
    ['days30', '2026-10-27T00:00:00Z', '2026-11-26T00:00:00Z'],
    ['month', '2026-11-01T00:00:00Z', '2026-12-01T00:00:00Z'],
    ['months12', '2025-12-01T00:00:00Z', '2026-12-01T00:00:00Z']
  ] as const)('should know the days of %s', (name, from, to) => {
    expect(spanOf({ name }, NOW, 'UTC')).toMatchObject({ from, to });
  });

  it('should accept the days of a custom period in either order, the last one whole', () => {
    const period = { name: 'custom', first: '2026-11-10', last: '2026-11-03' } as const;
    expect(spanOf(period, NOW, 'UTC')).toMatchObject({
      from: '2026-11-03T00:00:00Z',
      to: '2026-11-11T00:00:00Z'
    });
  });

  it('should begin a custom period with the days of the one before', () => {
    const span = spanOf({ name: 'month' }, NOW, 'America/New_York');
    expect(spanOf(customPeriod(span), NOW, 'America/New_York')).toEqual(span);
  });
});

describe('isDay', () => {
  it.each(['2026-13-01', '2026-1-1', 'today', '', 7, undefined])('should refuse %p', text => {
    expect(isDay(text)).toBe(false);
  });
});

describe('steps', () => {
  it.each([
    ['today', ['hour'], 'hour'],
    ['days7', ['hour', 'day'], 'day'],
    ['days30', ['day', 'week'], 'day'],
    ['months12', ['week', 'month'], 'month']
  ] as const)('should offer for %s those whose bars can be read', (name, steps, chosen) => {
    const span = spanOf({ name }, NOW, 'UTC');
    expect(stepsFor(span)).toEqual(steps);
    expect(chooseStep(span)).toBe(chosen);
  });

  it('should keep the requested step only where it fits', () => {
    expect(chooseStep(spanOf({ name: 'days7' }, NOW, 'UTC'), 'hour')).toBe('hour');
    expect(chooseStep(spanOf({ name: 'days30' }, NOW, 'UTC'), 'hour')).toBe('day');
  });
});

describe('bucketsOf', () => {
  it('should write hours as the server does, both of a repeated one', () => {
    // The clocks go back at 01:00 UTC: 25 hours.
    const span = spanOf({ name: 'today' }, Date.parse('2026-10-25T12:00:00Z'), 'Europe/Berlin');
    const keys = bucketsOf(span, 'hour').map(({ key }) => key);
    expect(keys).toHaveLength(25);
    expect(keys.slice(2, 4)).toEqual(['2026-10-25T02:00:00+0200', '2026-10-25T02:00:00+0100']);
  });

  it('should name a week by its Monday and cut it where the period begins', () => {
    const weeks = bucketsOf(spanOf({ name: 'month' }, NOW, 'UTC'), 'week');
    expect(weeks.map(({ key }) => key)).toEqual([
      '2026-10-26',
      '2026-11-02',
      '2026-11-09',
      '2026-11-16',
      '2026-11-23',
      '2026-11-30'
    ]);
    expect(weeks[0]).toMatchObject({ from: '2026-11-01T00:00:00Z', to: '2026-11-02T00:00:00Z' });
    expect(weeks[5].to).toBe('2026-12-01T00:00:00Z');
  });

  it('should name months and follow each other without a gap', () => {
    const months = bucketsOf(spanOf({ name: 'months12' }, NOW, 'Asia/Kathmandu'), 'month');
    expect(months).toHaveLength(12);
    expect(months[0].key).toBe('2025-12');
    expect(months.slice(1).map(({ from }) => from)).toEqual(
      months.slice(0, -1).map(({ to }) => to)
    );
  });
});
