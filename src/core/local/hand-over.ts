/**
 * What a page that did without the server part hands over when it appears: `POST takeover` of docs/architecture.md.
 */

import { writeRecord } from '../record/record';
import type * as Wire from '../record/wire';
import { callsAfter } from './part';
import { writeRollup } from './rollup';
import type { Tally } from './tally';
import { takenOf, untaken } from './tally';

/** The body of the request. A call that two parts hold is told twice; the ledger takes it once by its id. */
export function writeHandOver(tally: Tally): Wire.Takeover {
  return {
    parts: untaken(tally).map(([id, part]) => ({
      id,
      base: part.base,
      revision: part.revision,
      rollups: part.base >= takenOf(tally, id) ? part.rollups.map(writeRollup) : [],
      records: callsAfter(part, takenOf(tally, id)).map(writeRecord)
    })),
    acknowledged: [...tally.alerts].filter(([, state]) => state.isAcknowledged).map(([id]) => id)
  };
}
