import { parseStanding } from '../../core/standing';
import {
  documentWith,
  wireAlert,
  wireDocument,
  wireLimit,
  wireStanding,
  wireTotals
} from '../samples';

describe('parseStanding', () => {
  it('should read the document of docs/architecture.md', () => {
    const document = documentWith({
      alerts: [wireAlert()],
      unmetered: [{ kernel_id: 'k', name: 'ir', path: 'a.ipynb', reason: 'language' }],
      state: { level: 'degraded', problems: [{ code: 'ledger-foreign', message: 'Not ours.' }] },
      call_ids: ['a', 'b']
    });
    expect(document).toMatchObject({
      seq: 12,
      isDegraded: true,
      problems: [{ code: 'ledger-foreign', message: 'Not ours.' }],
      standings: [{ used: '812345', level: 'warning', limit: { warnAt: [0.8], window: 'month' } }],
      alerts: [{ id: 'alert-1', kind: 'warning', topNotebook: 'a.ipynb' }],
      month: { calls: 241, cost: '3.2112' },
      unmetered: [{ kernelId: 'k', reason: 'language' }],
      callIds: ['a', 'b']
    });
  });

  it('should leave an unknown cost absent', () => {
    expect(documentWith({ today: wireTotals({ cost: undefined }) }).today.cost).toBeUndefined();
  });

  it('should leave the reset of a total absent', () => {
    const standing = wireStanding({ limit: wireLimit({ window: 'total' }), resets_at: undefined });
    expect(documentWith({ standings: [standing] }).standings[0].resetsAt).toBeUndefined();
  });

  it('should read the amount of a limit as people write it', () => {
    const standing = wireStanding({ limit: wireLimit({ amount: 1000000 }) });
    expect(documentWith({ standings: [standing] }).standings[0].limit.amount).toBe('1000000');
  });

  it('should take reasons and problems that it does not know', () => {
    const unmetered = [{ kernel_id: 'k', reason: 'eclipse' }];
    expect(documentWith({ unmetered }).unmetered[0].reason).toBe('eclipse');
  });

  it.each([
    ['seq', { seq: -1 }],
    ['standings[0].used', { standings: [wireStanding({ used: 812345 })] }],
    ['standings[0].level', { standings: [wireStanding({ level: 'fine' })] }],
    [
      'standings[0].limit.unit',
      { standings: [wireStanding({ limit: wireLimit({ unit: 'EUR' }) })] }
    ],
    [
      'standings[0].limit.warn_at[0]',
      { standings: [wireStanding({ limit: wireLimit({ warn_at: ['0.8'] }) })] }
    ],
    ['alerts[0].kind', { alerts: [wireAlert({ kind: 'note' })] }],
    ['today.calls', { today: wireTotals({ calls: undefined }) }],
    ['state', { state: undefined }],
    ['alerts', { alerts: {} }],
    ['call_ids[0]', { call_ids: [1] }]
  ])('should refuse a wrong %s and name it', (place, changes) => {
    expect(() => parseStanding(wireDocument(changes))).toThrow(`standing.${place} is not`);
  });
});
