import type { Notice } from '../../core/notice';
import { toNotice } from '../../core/notice';
import type { Wire } from '../samples';
import { documentWith, format, trans, wireAlert } from '../samples';

function noticeOf(changes: Wire = {}): Notice {
  const { alerts, standings } = documentWith({ alerts: [wireAlert(changes)] });
  return toNotice(alerts[0], standings[0].limit, trans, format);
}

describe('toNotice', () => {
  it('should tell a warning in one sentence', () => {
    expect(noticeOf().summary).toMatch(
      /^LLM usage has passed 80% of its limit: 81% of 1,000,000 tokens used\. Resets Dec 1, 12:00\sAM UTC$/
    );
  });

  it('should tell limit, use, reset and top notebook', () => {
    const { headline, facts } = noticeOf({ kind: 'exceeded', threshold: 1, used: '1002345' });
    expect(headline).toBe('100% of 1,000,000 tokens used.');
    expect(facts.map(([name]) => name)).toEqual(['Limit', 'Used', 'Resets', 'Top notebook']);
    expect(new Map(facts).get('Used')).toBe('1,002,345 tokens');
    expect(new Map(facts).get('Limit')).toBe('1,000,000 tokens (This month)');
  });

  it('should leave out what is unknown', () => {
    const { facts, summary } = noticeOf({ top_notebook: undefined, resets_at: undefined });
    expect(facts.map(([name]) => name)).toEqual(['Limit', 'Used']);
    expect(summary).not.toContain('Resets');
  });

  it('should tell an alert whose limit is no longer set', () => {
    const { alerts } = documentWith({
      alerts: [wireAlert({ unit: 'USD', amount: '5', used: '4' })]
    });
    const { facts } = toNotice(alerts[0], undefined, trans, format);
    expect(new Map(facts).get('Limit')).toBe('$5.00');
  });
});
