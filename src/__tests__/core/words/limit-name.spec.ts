import { limitTitle } from '../../../core/words/limit-name';
import type { Wire } from '../../samples';
import { documentWith, trans, wireLimit, wireStanding } from '../../samples';

function titleOf(limit: Wire, subject?: string): string {
  const standings = [wireStanding({ limit: wireLimit(limit), subject })];
  const [standing] = documentWith({ standings }).standings;
  return limitTitle(standing.limit, standing.subject, trans);
}

describe('limitTitle', () => {
  it('should name only the window when it is about no one subject', () => {
    expect(titleOf({ scope: 'team' })).toBe('This month');
  });

  it('should fall back on the value that the limit names', () => {
    expect(titleOf({ scope: 'model', value: 'gpt-5' })).toBe('Model gpt-5 this month');
  });
});
