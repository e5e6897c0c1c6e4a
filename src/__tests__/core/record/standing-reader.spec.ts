import vectors from '../../../../tests/vectors/standing.json';
import { parseStanding } from '../../../core/record/standing-reader';
import {
  documentWith,
  wireAlert,
  wireBlocked,
  wireDocument,
  wireLimit,
  wireRefusal,
  wireRunaway,
  wireStanding,
  wireTotals,
  wireProblem
} from '../../samples';

describe('parseStanding', () => {
  it('should read the currency beside the dollar, and none where none is set', () => {
    const currency = { code: 'CNY', per_usd: '7.10', as_of: '2026-11-01' };
    expect(parseStanding(wireDocument({ currency })).currency).toEqual({
      code: 'CNY',
      perUsd: '7.10',
      asOf: '2026-11-01'
    });
    expect(parseStanding(wireDocument()).currency).toBeUndefined();
  });

  it('should read a document with everything in it', () => {
    const document = documentWith({
      alerts: [wireAlert()],
      unmetered: [{ kernel_id: 'k', name: 'ir', path: 'a.ipynb', reason: 'language' }],
      state: { level: 'degraded', problems: [wireProblem('ledger-foreign', 'Not ours.')] },
      call_ids: ['a', 'b']
    });
    expect(document).toMatchObject({
      seq: 12,
      isDegraded: true,
      problems: [
        {
          code: 'ledger-foreign',
          message: 'Not ours.',
          explanation: { code: 'ledger-foreign-new', values: new Map(), text: 'Not ours.' }
        }
      ],
      standings: [{ used: '812345', level: 'warning', limit: { warnAt: [0.8], window: 'month' } }],
      alerts: [{ id: 'alert-1', kind: 'warning', topNotebook: 'a.ipynb' }],
      month: { calls: 241, cost: '3.2112' },
      unmetered: [{ kernelId: 'k', reason: 'language' }],
      callIds: ['a', 'b']
    });
  });

  it('should leave an unknown cost absent', () => {
    expect(documentWith({ today: wireTotals({ cost: undefined }) }).today?.cost).toBeUndefined();
  });

  it('should leave the reset of a total absent', () => {
    const standing = wireStanding({ limit: wireLimit({ window: 'total' }), resets_at: undefined });
    expect(documentWith({ standings: [standing] }).standings[0].resetsAt).toBeUndefined();
  });

  it.each(vectors.documents)('should read the document $name', ({ wire, page }) => {
    expect(parseStanding(wire)).toMatchObject(page);
  });

  it.each(vectors.standings)('should read the standing of $name', ({ wire, page }) => {
    const standings = [{ ...wire, can_raise: false }];
    expect(documentWith({ standings }).standings[0]).toMatchObject(page);
  });

  it.each(vectors.forecasts)('should read the forecast $name', ({ wire, page }) => {
    const standings = [wireStanding({ forecast: wire })];
    expect(documentWith({ standings }).standings[0].forecast).toEqual(page);
  });

  it.each(vectors.alerts)('should read the alert of $name', ({ wire, page }) => {
    expect(documentWith({ alerts: [wire] }).alerts[0]).toMatchObject(page);
  });

  it.each(vectors.runaways)('should read the runaway kernel $name', ({ wire, page }) => {
    expect(documentWith({ runaways: [wire] }).runaways).toEqual([page]);
  });

  it.each(vectors.unmetered)('should read that $name is not metered', ({ wire, page }) => {
    expect(documentWith({ unmetered: [wire] }).unmetered).toEqual([page]);
  });

  it('should leave the sums absent while the ledger could not be read', () => {
    const { today, month } = documentWith({ today: undefined, month: undefined });
    expect([today, month]).toEqual([undefined, undefined]);
  });

  it('should read what a hard limit has besides', () => {
    const { standings, alerts, runaways, moreStandings } = documentWith({
      standings: [wireBlocked({ soft_by: '4096' })],
      alerts: [wireRefusal()],
      runaways: [wireRunaway()],
      more_standings: 12
    });
    expect(standings[0]).toMatchObject({
      level: 'blocked',
      amount: '1050000',
      raised: '50000',
      canRaise: true,
      softBy: '4096',
      forecast: { ratio: 1.23, reachedAt: '2026-11-28T14:00:00.000000Z' },
      limit: { amount: '1000000', onExceed: 'block', source: 'settings' }
    });
    expect(alerts[0]).toMatchObject({ kind: 'blocked', needed: '1530', reserved: '200' });
    expect(runaways[0]).toMatchObject({ kernelId: 'kernel-1', callsPerMinute: 120 });
    expect(moreStandings).toBe(12);
  });

  it.each([
    ['a level', { level: 'frozen', ratio: 1.2 }, 'exceeded'],
    ['a level of a limit that warns', { level: 'frozen' }, 'warning'],
    [
      'what is done at the amount',
      { limit: wireLimit({ on_exceed: 'slow' }), ratio: 1.2, level: '?' },
      'exceeded'
    ]
  ])('should show a standing with %s that it does not know', (_, changes, level) => {
    expect(documentWith({ standings: [wireStanding(changes)] }).standings[0].level).toBe(level);
  });

  it.each([
    [0.8, 'warning'],
    [1, 'exceeded']
  ])('should take an alert of an unknown kind at %p for a %s', (threshold, kind) => {
    const alerts = [wireAlert({ kind: 'note', threshold })];
    expect(documentWith({ alerts }).alerts[0].kind).toBe(kind);
  });

  it('should accept unknown reasons and problems', () => {
    const unmetered = [{ kernel_id: 'k', reason: 'eclipse' }];
    expect(documentWith({ unmetered }).unmetered[0].reason).toBe('eclipse');
  });

  it.each([
    ['seq', { seq: -1 }],
    ['standings[0].used', { standings: [wireStanding({ used: 812345 })] }],
    ['standings[0].level', { standings: [wireStanding({ level: 1 })] }],
    ['standings[0].forecast', { standings: [wireStanding({ forecast: 1 })] }],
    ['standings[0].raised', { standings: [wireStanding({ raised: 50000 })] }],
    [
      'standings[0].limit.unit',
      { standings: [wireStanding({ limit: wireLimit({ unit: 'EUR' }) })] }
    ],
    [
      'standings[0].limit.warn_at[0]',
      { standings: [wireStanding({ limit: wireLimit({ warn_at: ['0.8'] }) })] }
    ],
    ['alerts[0].kind', { alerts: [wireAlert({ kind: undefined })] }],
    ['runaways[0].kernel_id', { runaways: [wireRunaway({ kernel_id: undefined })] }],
    ['today.calls', { today: wireTotals({ calls: undefined }) }],
    ['state', { state: undefined }],
    ['alerts', { alerts: {} }],
    ['call_ids[0]', { call_ids: [1] }]
  ])('should refuse a wrong %s and name it', (place, changes) => {
    expect(() => parseStanding(wireDocument(changes))).toThrow(`standing.${place} is not`);
  });
});
