import type { Notice } from '../../../core/words/notice';
import { runawayText, toNotice } from '../../../core/words/notice';
import type { Wire } from '../../samples';
import {
  documentWith,
  wireAlert,
  wireBlocked,
  wireLimit,
  wireRefusal,
  wireRunaway,
  wireStanding,
  words
} from '../../samples';

function noticeOf(changes: Wire = {}, standing = wireStanding()): Notice {
  const { alerts, standings } = documentWith({
    alerts: [wireAlert(changes)],
    standings: [standing]
  });
  return toNotice(alerts[0], standings[0], words);
}

function factsOf(alert: Wire, standing?: Wire): ReadonlyMap<string, string> {
  return new Map(noticeOf(alert, standing).facts);
}

function runaway(changes: Wire = {}): string {
  const { runaways } = documentWith({ runaways: [wireRunaway(changes)] });
  return runawayText(runaways[0], words);
}

describe('toNotice', () => {
  it('should word a warning in one sentence', () => {
    expect(noticeOf().summary).toMatch(
      /^This month: 81% of 1,000,000 tokens used\. Resets Dec 1, 12:00\sAM UTC\.$/
    );
  });

  it('should name the limit by scope and subject first', () => {
    const limit = wireLimit({
      id: 'model/day/calls',
      scope: 'model',
      window: 'day',
      unit: 'calls'
    });
    const alert = { subject: 'gpt-5-nano', unit: 'calls', used: '2', amount: '3' };
    expect(noticeOf(alert, wireStanding({ limit })).summary).toMatch(
      /^Model gpt-5-nano today: 67% of 3 calls used\./
    );
  });

  it('should shorten a long subject, as JupyterLab cuts long toasts', () => {
    const limit = wireLimit({ scope: 'notebook' });
    const { summary } = noticeOf({ subject: `${'a/'.repeat(60)}b.ipynb` }, wireStanding({ limit }));
    expect(summary.length).toBeLessThanOrEqual(140);
    expect(summary).toContain('b.ipynb this month: 81%');
  });

  it('should show limit, use, reset and top notebook', () => {
    const { headline, facts } = noticeOf({ kind: 'exceeded', threshold: 1, used: '1002345' });
    expect(headline).toBe('This month: 100% of 1,000,000 tokens used.');
    expect(facts.map(([name]) => name)).toEqual(['Limit', 'Used', 'Resets', 'Top notebook']);
    expect(new Map(facts).get('Used')).toBe('1,002,345 tokens');
    expect(new Map(facts).get('Limit')).toBe('This month: 1,000,000 tokens');
  });

  it('should leave out what is unknown', () => {
    const { facts, summary } = noticeOf({ top_notebook: undefined, resets_at: undefined });
    expect(facts.map(([name]) => name)).toEqual(['Limit', 'Used']);
    expect(summary).not.toContain('Resets');
  });

  it('should show an alert whose limit is no longer set', () => {
    const { alerts } = documentWith({
      alerts: [wireAlert({ unit: 'USD', amount: '5', used: '4' })]
    });
    const { facts } = toNotice(alerts[0], undefined, words);
    expect(new Map(facts).get('Limit')).toBe('$5.00');
  });

  it('should show why a call was refused as a sum', () => {
    const { headline } = noticeOf(wireRefusal(), wireBlocked());
    expect(headline).toMatch(/refused/);
    const facts = factsOf(wireRefusal({ amount: '1000000' }), wireBlocked());
    expect([...facts.keys()]).toEqual([
      'Limit',
      'Used',
      'Reserved for calls in progress',
      'This call, at most',
      'Total',
      'Resets',
      'Top notebook',
      'Forecast'
    ]);
    expect(facts.get('This call, at most')).toBe('1,530 tokens');
    expect(facts.get('Total')).toBe('1,000,730 > 1,000,000 tokens');
  });

  it('should not round the money of the sum, which would hide what it shows', () => {
    const money = { unit: 'USD', amount: '1', used: '0.998', reserved: '0', needed: '0.0031' };
    expect(factsOf(wireRefusal(money)).get('Total')).toBe('$1.0011 > $1.00');
  });

  it('should show what was used when the needed amount is unknown', () => {
    const facts = factsOf(wireRefusal({ needed: undefined }));
    expect(facts.get('Used')).toBe('999,000 tokens');
    expect(facts.has('Total')).toBe(false);
  });

  it.each([
    [
      'that calls go through',
      wireStanding({ can_raise: true }),
      [expect.stringContaining('still go through and are counted')]
    ],
    [
      'that calls are refused',
      wireBlocked(),
      [expect.stringContaining('Further calls are refused')]
    ],
    [
      'that the administrator can raise it',
      wireBlocked({ can_raise: false, limit: wireLimit({ source: 'config' }) }),
      [expect.anything(), expect.stringContaining('only an administrator can raise')]
    ],
    [
      'that limits cannot be raised here',
      wireBlocked({ can_raise: false }),
      [expect.anything(), expect.stringContaining("Limits can't be raised")]
    ]
  ])('should say %s', (_, standing, outlook) => {
    const exceeded = { kind: 'exceeded', threshold: 1, used: '1052345' };
    expect(noticeOf(exceeded, standing).outlook).toEqual(outlook);
  });

  it('should not say who can raise a limit in local mode, which has no raises', () => {
    const standing = wireStanding({ can_raise: null });
    expect(noticeOf({ kind: 'exceeded', threshold: 1 }, standing).outlook.join()).not.toMatch(
      /raise/i
    );
  });
});

describe('toNotice of a call without a price', () => {
  const refused = {
    ...wireRefusal({ needed: undefined, unpriced_model: 'my-model' }),
    unit: 'USD'
  };
  const limit = wireLimit({ unit: 'USD', on_exceed: 'block', unpriced: 'block' });

  it('should name the model, and not speak of a reset', () => {
    const { headline, summary } = noticeOf(refused, wireStanding({ limit }));
    expect(headline).toBe('A call was refused because the model my-model has no known price.');
    expect(summary).toBe(headline);
  });

  it('should say what lets such calls through, and not offer a raise', () => {
    const standing = wireStanding({ limit, can_raise: false });
    expect(noticeOf(refused, standing).outlook).toEqual([
      expect.stringMatching(/^Nothing was sent\. This limit refuses calls of models without/),
      expect.stringMatching(/price ceiling \(Settings → LLM Meter\)/),
      expect.stringMatching(/^An administrator can also give the model a price/)
    ]);
  });

  it('should say that only an administrator can change a limit of the administrator', () => {
    const standing = wireStanding({ limit: { ...limit, source: 'config' } });
    expect(noticeOf(refused, standing).outlook[1]).toMatch(/^An administrator set this limit/);
  });
});

describe('runawayText', () => {
  it('should hold the last minute against the habit', () => {
    expect(runaway()).toBe(
      'loop.ipynb: 120 calls per minute (usually 6), $0.80 per minute (usually $0.02)'
    );
  });

  it('should leave out what is unknown', () => {
    const nothing = {
      notebook_path: undefined,
      usual_calls_per_minute: undefined,
      cost_per_minute: undefined
    };
    expect(runaway(nothing)).toBe('A kernel without a notebook: 120 calls per minute');
    expect(runaway({ usual_cost_per_minute: undefined })).toMatch(
      /\(usually 6\), \$0\.80 per minute$/
    );
  });
});
