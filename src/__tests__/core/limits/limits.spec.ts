import { ratioOf, subtractDecimals } from '../../../core/record/decimal';
import type { LimitRule } from '../../../core/limits/limits';
import { explanationText } from '../../../core/words/explanation';
import { words } from '../../samples';
import { crossedThresholds, LimitError, parseLimits } from '../../../core/limits/limits';
import { levelOf } from '../../../core/record/standing';
import vectors from '../../../../tests/vectors/limits.json';

const ZONE = 'Asia/Shanghai';

/** A limit in the form of the vectors, which is that of REST. */
function wireOf(limit: LimitRule): Record<string, unknown> {
  return {
    id: limit.id,
    scope: limit.scope,
    value: limit.value ?? null,
    window: limit.window,
    unit: limit.unit,
    amount: Number(limit.amount),
    warn_at: limit.warnAt,
    on_exceed: limit.onExceed,
    ...(limit.unpriced !== undefined && { unpriced: limit.unpriced }),
    notify: limit.notify ?? null,
    time_zone: limit.timeZone,
    week_start: limit.weekStart,
    reset_hour: limit.resetHour,
    source: 'settings'
  };
}

/** What is wrong with limits. */
function flawOf(limits: unknown): string {
  try {
    parseLimits(limits, ZONE);
  } catch (error) {
    if (error instanceof LimitError) {
      return explanationText(error.explanation, words);
    }
  }
  throw new Error('The limits are valid.');
}

describe('parseLimits', () => {
  it.each(vectors.valid)('should read $name', ({ given, limit }) => {
    expect(parseLimits([given], ZONE).map(wireOf)).toEqual([limit]);
  });

  it.each(vectors.invalid)('should refuse $name', ({ given, says }) => {
    for (const part of says) {
      expect(flawOf([given])).toContain(part);
    }
  });

  it('should refuse a limit that is set twice, and a value that is not a list', () => {
    const limit = { window: 'day', unit: 'calls', amount: 5 };
    expect(flawOf([limit, { ...limit, amount: 6 }])).toContain(
      'limit 2: user/day/calls is set twice'
    );
    expect(flawOf({ limit })).toContain('must be a list');
  });
});

describe('levelOf and crossedThresholds', () => {
  it.each(vectors.standings)('should know $name', vector => {
    const [limit] = parseLimits(
      [{ window: 'month', unit: 'USD', amount: vector.amount, warn_at: vector.warn_at }],
      ZONE
    );
    const ratio = ratioOf(vector.used, limit.amount);
    const remaining = subtractDecimals(limit.amount, vector.used);
    expect(ratio).toBe(vector.ratio);
    expect(levelOf(ratio, limit)).toBe(vector.level);
    expect(crossedThresholds(limit, vector.used)).toEqual(vector.crossed);
    expect(remaining.startsWith('-') ? '0' : remaining).toBe(vector.remaining);
  });
});

describe('what is not a limit', () => {
  it.each([7, null, 'day', [['day']]])('should be refused: %p', given => {
    expect(flawOf([given])).toContain('must be an object with window, unit and amount');
  });

  it.each(['', 8, 'Mars/Olympus'])('should be refused with the time zone %p', time_zone => {
    const item = { window: 'day', unit: 'tokens', amount: 1, time_zone };
    expect(flawOf([item])).toContain('it must be an IANA name');
  });
});
