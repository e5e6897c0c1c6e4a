import { figureText, followedStanding } from '../../../core/words/figure';
import { documentWith, wireLimit, wireStanding, words } from '../../samples';

const OPTIONS = { isCostShown: true, gaugeMode: 'cost' } as const;

describe('figureText', () => {
  it('should be unknown, not zero, while the ledger cannot be read', () => {
    const document = documentWith({ standings: [], today: undefined, month: undefined });
    expect(figureText(document, undefined, OPTIONS, words)).toBe('unknown');
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
