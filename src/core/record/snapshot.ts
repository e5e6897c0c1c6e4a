/**
 * What the page knows about the meter at one moment, and nothing else.
 */

import type { UnderWay } from '../words/badge';
import type { StandingDocument } from './standing';

/**
 * How the page stands with the server extension.
 *
 * - `loading`: the first answer is awaited;
 * - `live`: the figures are the ledger's;
 * - `away`: the server does not answer, the figures are the last known ones;
 * - `absent`: the Jupyter server has no LLM Meter part, and this page cannot do without it, or not yet;
 * - `alone`: it has none, and this page does the counting;
 * - `failed`: it answered with an error, told in `reason`.
 */
export type Connection = 'loading' | 'live' | 'away' | 'absent' | 'local' | 'failed';

export interface Snapshot {
  readonly connection: Connection;
  /** What went wrong; only with `failed` and `absent`. */
  readonly reason?: string;
  /** Absent until the first answer. */
  readonly document?: StandingDocument;
  /** Calls that stream at this moment, which no figure holds. */
  readonly underWay?: readonly UnderWay[];
  /** Whether the server's events were found not to arrive. */
  readonly areEventsMissing?: boolean;
}
