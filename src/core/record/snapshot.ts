/**
 * The state of the meter that the page knows at one moment.
 */

import type { UnderWay } from '../words/badge';
import type { StandingDocument } from './standing';

/**
 * The connection to the server extension.
 *
 * - `loading`: the first answer is awaited;
 * - `live`: the figures are the ledger's;
 * - `away`: the server does not answer, the figures are the last known ones;
 * - `absent`: the Jupyter server has no server extension, and this page is not in local mode, or not yet;
 * - `local`: it has none, and this page counts;
 * - `failed`: it answered with an error, which `reason` describes.
 */
export type Connection = 'loading' | 'live' | 'away' | 'absent' | 'local' | 'failed';

/** The state of the meter at one moment. */
export interface Snapshot {
  readonly connection: Connection;
  /** What went wrong; only with `failed` and `absent`. */
  readonly reason?: string;
  /** Absent until the first answer. */
  readonly document?: StandingDocument;
  /** Calls that stream at this moment; they are in no figure. */
  readonly underWay?: readonly UnderWay[];
  /** Whether the server's events do not arrive. */
  readonly areEventsMissing?: boolean;
}
