/**
 * What a page that did without the server extension hands over when it appears: `POST takeover` of docs/architecture.md.
 */

import { writeRecord } from '../record/record';
import type * as Wire from '../record/wire';
import { callsAfter } from './tab-totals';
import { writeRollup } from './rollup';
import type { LocalTotals } from './local-totals';
import { takenOf, untaken } from './local-totals';

/** The body of the request. A call that two parts hold is told twice; the ledger takes it once by its id. */
export function writeTakeover(totals: LocalTotals): Wire.Takeover {
  return {
    parts: untaken(totals).map(([id, part]) => ({
      id,
      base: part.base,
      revision: part.revision,
      rollups: part.base >= takenOf(totals, id) ? part.rollups.map(writeRollup) : [],
      records: callsAfter(part, takenOf(totals, id)).map(writeRecord)
    })),
    acknowledged: [...totals.alerts].filter(([, state]) => state.isAcknowledged).map(([id]) => id)
  };
}
