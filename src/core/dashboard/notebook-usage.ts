/**
 * The usage of a notebook: today, this month, and since its kernel started.
 */

import type { Totals } from '../record/standing';
import type { LoadUsage } from './source';
import { sumOf } from './usage-rows';

/** A notebook in the ledger. */
export interface NotebookPlace {
  /** Under the lab's root, without the name of a drive. */
  readonly path: string;
  /** Absent while no kernel runs. */
  readonly kernelId?: string;
  /** Absent where neither its metadata nor a folder names one. */
  readonly project?: string;
}

/** Sums of a notebook, in the browser's calendar. */
interface NotebookUsage {
  readonly today: Totals;
  readonly month: Totals;
  /** Since its kernel was first started; absent while none runs. */
  readonly session?: Totals;
}

/**
 * Loads the sums of a notebook and of its kernel.
 *
 * @param now - a moment of the day and month to sum up.
 */
export async function loadNotebookUsage(
  loadUsage: LoadUsage,
  { path: notebook, kernelId: kernel }: NotebookPlace,
  now: Date
): Promise<NotebookUsage> {
  const [month, session] = await Promise.all([
    loadUsage({ group_by: 'day', notebook, ...monthOf(now) }),
    kernel === undefined ? undefined : loadUsage({ group_by: 'none', kernel })
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
