import type { WindowName } from '../../../core/record/standing';
import type { WindowRule } from '../../../core/limits/windows';
import type { Weekday } from '../../../core/record/standing';
import { windowBounds } from '../../../core/limits/windows';
import vectors from '../../../../tests/vectors/windows.json';

interface Vector {
  readonly name: string;
  readonly window: WindowName;
  readonly time_zone: string;
  readonly at: string;
  readonly week_start?: Weekday;
  readonly reset_hour?: number;
  readonly start: string;
  readonly end?: string;
}

describe('windowBounds', () => {
  it.each(vectors.cases as readonly Vector[])('should know $name', vector => {
    const rule = {
      window: vector.window,
      timeZone: vector.time_zone,
      weekStart: vector.week_start ?? 'monday',
      resetHour: vector.reset_hour ?? 0
    };
    const { start, end } = windowBounds(rule, Date.parse(vector.at));
    expect(new Date(start).toISOString()).toBe(new Date(vector.start).toISOString());
    expect(end).toBe(vector.end === undefined ? undefined : Date.parse(vector.end));
  });

  it.each(['Asia/Tokyo', 'Australia/Lord_Howe', 'America/Sao_Paulo', 'Pacific/Apia'])(
    'should cut the time of %s into windows without gap or overlap',
    timeZone => {
      for (const window of ['hour', 'day', 'week', 'month'] as const) {
        const rule = { window, timeZone, weekStart: 'sunday', resetHour: 2 } as const;
        let at = Date.parse('2011-12-28T12:34:56Z');
        for (let n = 0; n < 100; n += 1) {
          const { start, end = NaN } = windowBounds(rule, at);
          expect(start).toBeLessThanOrEqual(at);
          expect(end).toBeGreaterThan(at);
          expect(windowBounds(rule, end - 1)).toEqual({ start, end });
          at = end;
        }
      }
    }
  );

  it('should not end a day when the clock returns to the evening before', () => {
    // St. John's set its clocks back at one minute past midnight until 2011: 00:01 became 23:01.
    const rule = { window: 'day', timeZone: 'America/St_Johns', weekStart: 'monday', resetHour: 0 };
    expect(windowBounds({ ...rule } as WindowRule, Date.parse('2010-11-07T03:00:00Z'))).toEqual({
      start: Date.parse('2010-11-07T02:30:00Z'),
      end: Date.parse('2010-11-08T03:30:00Z')
    });
  });

  it('should refuse an unknown time zone', () => {
    const rule = {
      window: 'day',
      timeZone: 'Asia/Pekin',
      weekStart: 'monday',
      resetHour: 0
    } as const;
    expect(() => windowBounds(rule, 0)).toThrow(RangeError);
  });
});
