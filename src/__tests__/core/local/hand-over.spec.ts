import vectors from '../../../../tests/vectors/takeover.json';
import { acknowledged } from '../../../core/local/alerts';
import { writeHandOver } from '../../../core/local/hand-over';
import type { Part } from '../../../core/local/part';
import { EMPTY_PART, withCall } from '../../../core/local/part';
import { compacted, rollupOf } from '../../../core/local/rollup';
import { EMPTY_TALLY } from '../../../core/local/tally';
import { parseRecord } from '../../../core/record/record';

const NOW = Date.parse('2026-11-24T12:00:00Z');

/** The part of a tab that has seen some calls, and has folded others into sums. */
function partOf({ calls, folded }: { calls: unknown[]; folded: unknown[] }): Part {
  const rollups = compacted(
    folded.map(call => rollupOf(parseRecord(call))),
    NOW
  );
  const part = { ...EMPTY_PART, revision: folded.length, rollups };
  return calls.map(call => parseRecord(call)).reduce(withCall, part);
}

describe('writeHandOver', () => {
  it.each(vectors)('should write $name', ({ parts, acknowledged: ids, body }) => {
    const tally = {
      ...EMPTY_TALLY,
      parts: new Map(Object.entries(parts).map(([id, part]) => [id, partOf(part)])),
      alerts: new Map(ids.map(id => [id, acknowledged(undefined, 'tab-1', NOW)]))
    };
    expect(JSON.parse(JSON.stringify(writeHandOver(tally)))).toEqual(body);
  });
});
