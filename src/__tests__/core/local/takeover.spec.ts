import vectors from '../../../../tests/vectors/takeover.json';
import { acknowledged } from '../../../core/local/alerts';
import { writeTakeover } from '../../../core/local/takeover';
import { EMPTY_TOTALS } from '../../../core/local/local-totals';
import { compacted, rollupOf } from '../../../core/local/rollup';
import type { TabTotals } from '../../../core/local/tab-totals';
import { EMPTY_TAB_TOTALS, withCall } from '../../../core/local/tab-totals';
import { parseRecord } from '../../../core/record/record';

interface Takeover {
  readonly name: string;
  readonly parts: Readonly<Record<string, { calls: unknown[]; folded: unknown[] }>>;
  readonly acknowledged: readonly string[];
  readonly body: unknown;
}

const NOW = Date.parse('2026-11-24T12:00:00Z');

/** The totals of a tab with some calls as records and others added up. */
function partOf({ calls, folded }: { calls: unknown[]; folded: unknown[] }): TabTotals {
  const rollups = compacted(
    folded.map(call => rollupOf(parseRecord(call))),
    NOW
  );
  const part = { ...EMPTY_TAB_TOTALS, revision: folded.length, rollups };
  return calls.map(call => parseRecord(call)).reduce(withCall, part);
}

describe('writeTakeover', () => {
  it.each(vectors as readonly Takeover[])(
    'should write $name',
    ({ parts, acknowledged: ids, body }) => {
      const totals = {
        ...EMPTY_TOTALS,
        parts: new Map(Object.entries(parts).map(([id, part]) => [id, partOf(part)])),
        alerts: new Map(ids.map(id => [id, acknowledged(undefined, 'tab-1', NOW)]))
      };
      expect(JSON.parse(JSON.stringify(writeTakeover(totals)))).toEqual(body);
    }
  );
});
