import {
  factsOf,
  levelText,
  moreText,
  unmeteredFacts,
  unmeteredReason
} from '../../../core/words/facts';
import { LEVELS } from '../../../core/record/standing';
import {
  documentWith,
  trans,
  wireLimit,
  wireStanding,
  wireTotals,
  withoutMoney,
  words,
  wireProblem
} from '../../samples';

describe('unmeteredFacts', () => {
  const kernel = { kernelId: 'k', name: 'ir', path: 'a/b.ipynb', reason: 'language' };

  it('should name the notebook, the reason, and what is counted all the same', () => {
    const [fact, more] = unmeteredFacts(kernel, true, trans);
    expect(fact).toContain('b.ipynb');
    expect(fact).toContain('The kernel (ir) is not a Python kernel.');
    expect(more).toContain('printed');
    expect(unmeteredFacts(kernel, false, trans)).toEqual([fact]);
  });

  it('should call a console by the name of its tab', () => {
    const label = 'Console 1';
    expect(unmeteredFacts({ ...kernel, path: undefined, label }, false, trans)[0]).toMatch(
      /^Console 1 is not metered/
    );
  });

  it('should name the kernel where there is no notebook', () => {
    expect(unmeteredFacts({ ...kernel, path: undefined }, false, trans)[0]).toContain('ir');
    const nameless = { kernelId: 'kernel-id', reason: 'no-tap' };
    expect(unmeteredFacts(nameless, false, trans)[0]).toContain('kernel-id');
  });
});

describe('unmeteredReason', () => {
  it('should say what to do about a kernel without a tap', () => {
    expect(unmeteredReason({ kernelId: 'k', reason: 'no-tap' }, trans)).toContain('Restart');
  });

  it('should say of an unnamed kernel that its language is not known', () => {
    expect(unmeteredReason({ kernelId: 'k', reason: 'language' }, trans)).toContain('(?)');
  });

  it('should show the reason of a later server as it is', () => {
    expect(unmeteredReason({ kernelId: 'k', reason: 'remote' }, trans)).toBe('remote');
  });
});

describe('moreText', () => {
  it('should count the limits that are not shown', () => {
    expect([1, 3].map(count => moreText(count, trans))).toEqual([
      'and 1 more limit',
      'and 3 more limits'
    ]);
  });
});

describe('levelText', () => {
  it('should name every level differently', () => {
    expect(new Set(LEVELS.map(level => levelText(level, trans))).size).toBe(LEVELS.length);
  });
});

describe('factsOf', () => {
  const document = documentWith({
    standings: [wireStanding({ limit: wireLimit({ unit: 'USD', amount: 10 }), used: '5' })],
    month: wireTotals({ calls: 2, cost: '1.5' }),
    state: { level: 'degraded', problems: [wireProblem('odd', 'Something is odd.')] },
    more_standings: 3
  });

  it('should list limits, further limits, the month and problems', () => {
    const facts = factsOf(document, words).join('\n');
    for (const part of ['$5.00', 'and 3 more limits', '2 calls', '$1.50', 'Something is odd.']) {
      expect(facts).toContain(part);
    }
  });

  it('should leave out money when the user hides it', () => {
    expect(factsOf(document, withoutMoney).join('\n')).not.toContain('$');
  });
});
