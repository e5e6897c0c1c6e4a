/**
 * The body of `POST takeover`: what a page counted in local mode, for the server extension's ledger.
 */

import { writeRecord } from '../record/record';
import type * as Wire from '../record/wire';
import { callsAfter } from './tab-totals';
import { writeRollup } from './rollup';
import type { LocalTotals } from './local-totals';
import { takenOf, untaken } from './local-totals';

/**
 * Writes the body of `POST takeover`. A call that two tabs hold is in it twice; the ledger counts it once by its id.
 *
 * @param totals - what all tabs have counted.
 * @returns the body, without what the server extension has already.
 */
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
