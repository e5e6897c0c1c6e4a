/**
 * The interface through which the dashboard and the popover load calls and sums.
 */

import type { CallRecord } from '../record/record';
import type { Standing } from '../record/standing';
import type { UsageRow } from './usage-rows';

/** The parameters of a request, by their names in the REST interface. */
export type Query = Readonly<Record<string, string>>;

/** Loads sums by group: `GET usage`. */
export type LoadUsage = (query: Query) => Promise<readonly UsageRow[]>;

/** What of the calls that were asked for is in the archive. */
export interface ArchiveNote {
  /** When the last archived call began. */
  readonly until: string;
  /** Whether the answer leaves archived calls out. */
  readonly isNeeded: boolean;
}

/** Some calls, and the cursor of those after them. */
export interface CallPage {
  readonly calls: readonly CallRecord[];
  /** Absent where nothing is archived. */
  readonly archive?: ArchiveNote;
  /** Absent on the last page. */
  readonly nextCursor?: string;
}

/** Loads a page of calls: `GET calls`. */
export type LoadCalls = (query: Query) => Promise<CallPage>;

/** The ledger, as the dashboard reads it. */
export interface DashboardSource {
  /** Whether there is a ledger; false in local mode. */
  readonly hasLedger: boolean;

  getUsage(query: Query): ReturnType<LoadUsage>;
  listCalls(query: Query): ReturnType<LoadCalls>;

  /**
   * Loads the sums of what a limit counts. Absent where the ledger's reader sees all that limits count.
   *
   * @param standing - where the limit is.
   * @returns undefined where the reader may not see all of it, so that its course is not known.
   */
  usageOf?(standing: Standing): LoadUsage | undefined;

  /** The formats in which calls can be exported; none where nothing can. */
  listFormats(): Promise<readonly string[]>;

  /** The address of an export, which the browser saves as it arrives. */
  exportUrl(query: Query): string;
}
