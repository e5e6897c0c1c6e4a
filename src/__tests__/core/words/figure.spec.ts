import { figureText, followedStanding } from '../../../core/words/figure';
import { documentWith, wireLimit, wireStanding, withoutMoney, words } from '../../samples';

const OPTIONS = { gaugeMode: 'cost' } as const;

describe('figureText', () => {
  it('should be unknown, not zero, while the ledger cannot be read', () => {
    const document = documentWith({ standings: [], today: undefined, month: undefined });
    expect(figureText(document, undefined, OPTIONS, words)).toBe('unknown');
  });

  it('should count tokens where there is no limit and the user hides money', () => {
    const document = documentWith({ standings: [] });
    expect(figureText(document, undefined, OPTIONS, withoutMoney)).toMatch(/ tokens this month$/);
  });
});

describe('followedStanding', () => {
  it('should be that of the chosen limit, and the worst of all when it is no longer set', () => {
    const day = wireStanding({ limit: wireLimit({ id: 'day' }), ratio: 0.2 });
    const month = wireStanding({ limit: wireLimit({ id: 'month' }), ratio: 0.9 });
    const { standings } = documentWith({ standings: [day, month] });
    expect(followedStanding(standings, 'day')?.limit.id).toBe('day');
    expect(followedStanding(standings, 'gone')?.limit.id).toBe('month');
  });
});
