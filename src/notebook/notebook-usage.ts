/**
 * What the current notebook used, asked for when somebody looks.
 */

import { sumOf } from '../core/dashboard/usage';
import type { Totals } from '../core/record/standing';
import type { Place } from './current-notebook';
import type { ICallStore } from '../tokens';

/** Sums of a notebook, in the browser's calendar. */
export interface NotebookUsage {
  readonly today: Totals;
  readonly month: Totals;
  /** Since its kernel was first started; absent while none runs. */
  readonly session?: Totals;
}

/**
 * Asks for the sums of a notebook and of its kernel.
 *
 * @throws {ClientError} when the server does not answer as it should.
 */
export async function askOfNotebook(
  calls: Pick<ICallStore, 'getUsage'>,
  place: Place
): Promise<NotebookUsage> {
  const { path: notebook, kernelId: kernel } = place;
  const now = new Date();
  const [month, session] = await Promise.all([
    calls.getUsage({ group_by: 'day', notebook, ...monthOf(now) }),
    kernel === undefined ? undefined : calls.getUsage({ group_by: 'none', kernel })
  ]);
  const day = [now.getFullYear(), now.getMonth() + 1, now.getDate()]
    .map(part => String(part).padStart(2, '0'))
    .join('-');
  return {
    today: sumOf(month.filter(({ group }) => group?.startsWith(day))),
    month: sumOf(month),
    session: session && sumOf(session)
  };
}

/** The parameters for the month that holds a moment, in the browser's zone. */
export function monthOf(now: Date): { from: string; time_zone: string } {
  return {
    from: new Date(now.getFullYear(), now.getMonth(), 1).toISOString(),
    time_zone: Intl.DateTimeFormat().resolvedOptions().timeZone
  };
}
