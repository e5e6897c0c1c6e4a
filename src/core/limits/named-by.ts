/**
 * What distinguishes limits besides scope, subject and window. The twin of `named_by` in core/limit_names.py.
 */

import type { NamePart, WindowName } from '../record/standing';
import type { LimitRule } from './limits';

const PARTS: Readonly<Record<WindowName, readonly ('time_zone' | 'week_start' | 'reset_hour')[]>> =
  {
    hour: ['time_zone'],
    day: ['time_zone', 'reset_hour'],
    week: ['time_zone', 'week_start', 'reset_hour'],
    month: ['time_zone', 'reset_hour'],
    total: []
  };

const VALUES = {
  time_zone: ({ timeZone }: LimitRule) => timeZone,
  week_start: ({ weekStart }: LimitRule) => weekStart,
  reset_hour: ({ resetHour }: LimitRule) => resetHour
} as const;

/**
 * Gives each limit the parts of its name in which limits of the same window differ.
 *
 * @param limits - all limits in force.
 * @returns the same limits.
 */
export function withNameParts(limits: readonly LimitRule[]): readonly LimitRule[] {
  return limits.map(limit => {
    const namedBy: readonly NamePart[] = PARTS[limit.window].filter(part =>
      limits.some(
        other => other.window === limit.window && VALUES[part](other) !== VALUES[part](limit)
      )
    );
    return namedBy.length === 0 ? limit : { ...limit, namedBy };
  });
}
