/**
 * What a notebook used, requested when it is shown.
 */

import type { Totals } from '../record/standing';
import type { UsageRow } from './usage';
import { sumOf } from './usage';

/** Where the ledger has the calls of a notebook. */
export interface NotebookPlace {
  /** The path under the lab's root, without the name of a drive. */
  readonly path: string;
  /** Absent while no kernel runs. */
  readonly kernelId?: string;
}

/** The sums of a notebook, in the browser's calendar. */
export interface NotebookUsage {
  readonly today: Totals;
  readonly month: Totals;
  /** Since its kernel was first started; absent while none runs. */
  readonly session?: Totals;
}

/** Requests sums by group, as `ICallStore.getUsage` does. */
export type GetUsage = (query: Readonly<Record<string, string>>) => Promise<readonly UsageRow[]>;

/**
 * Requests the sums of a notebook and of its kernel.
 *
 * @param getUsage - requests sums.
 * @param place - the notebook.
 * @param now - the moment whose day and month are meant.
 * @returns the sums.
 * @throws {ClientError} when they cannot be had.
 */
export async function notebookUsage(
  getUsage: GetUsage,
  place: NotebookPlace,
  now: Date
): Promise<NotebookUsage> {
  const { path: notebook, kernelId: kernel } = place;
  const [month, session] = await Promise.all([
    getUsage({ group_by: 'day', notebook, ...monthOf(now) }),
    kernel === undefined ? undefined : getUsage({ group_by: 'none', kernel })
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

/**
 * The parameters for the month that holds a moment, in the browser's zone.
 *
 * @param now - the moment.
 * @returns the parameters of `GET usage`.
 */
export function monthOf(now: Date): { from: string; time_zone: string } {
  return {
    from: new Date(now.getFullYear(), now.getMonth(), 1).toISOString(),
    time_zone: Intl.DateTimeFormat().resolvedOptions().timeZone
  };
}
