/**
 * What the dashboard asks for.
 */

import type { ICallStore } from '../../tokens';

export type { CallPage, Query } from '../../tokens';

/** The part of the recorded calls that the dashboard uses. */
export type DashboardClient = Omit<ICallStore, 'listCells'>;
