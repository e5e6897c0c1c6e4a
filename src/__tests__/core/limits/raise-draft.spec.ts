import type { Draft } from '../../../core/limits/raise-draft';
import {
  expiriesOf,
  expiryTime,
  firstDraft,
  flawsOf,
  raisedAmount,
  requestOf,
  suggestedAmount
} from '../../../core/limits/raise-draft';
import type { Standing, Unit } from '../../../core/record/standing';
import type { Wire } from '../../samples';
import { documentWith, trans, wireBlocked, wireLimit } from '../../samples';

const NOW = Date.parse('2026-11-23T20:00:00Z');

function standingWith(changes: Wire = {}): Standing {
  return documentWith({ standings: [wireBlocked(changes)] }).standings[0];
}

function inUnit(unit: Unit, changes: Wire = {}): Standing {
  return standingWith({ limit: wireLimit({ unit }), ...changes });
}

function draftWith(changes: Partial<Draft> = {}): Draft {
  return { amount: '50000', reason: 'demo', expiry: 'window', ...changes };
}

describe('suggestedAmount', () => {
  it('should be a tenth of the amount, as a round figure', () => {
    expect(suggestedAmount(standingWith())).toBe('110000');
  });

  it('should be twice what a refused call lacks when that is more', () => {
    const small = standingWith({ amount: '1000', used: '990' });
    expect(suggestedAmount(small, '4096')).toBe('8200');
  });

  it.each([
    ['USD', { amount: '5', used: '5' }, '0.50'],
    ['USD', { amount: '0.02', used: '0.02' }, '0.01'],
    ['calls', { amount: '3', used: '3' }, '1']
  ] as const)('should be one that a limit in %s with %p can hold', (unit, changes, amount) => {
    const suggested = suggestedAmount(inUnit(unit, changes));
    expect(Number(suggested)).toBe(Number(amount));
    expect(flawsOf(draftWith({ amount: suggested }), unit, trans)).toEqual({});
  });
});

describe('flawsOf', () => {
  it.each(['', '0', '-5', '1e5', 'much', '2.5', '5,00'])(
    'should not take %p for tokens',
    amount => {
      expect(flawsOf(draftWith({ amount }), 'tokens', trans).amount).toMatch(/whole number/);
    }
  );

  it.each(['50000', ' 50000 ', '50,000', '50 000', '1,250,000'])('should take %p', amount => {
    expect(flawsOf(draftWith({ amount }), 'tokens', trans)).toEqual({});
  });

  it('should accept cents', () => {
    expect(flawsOf(draftWith({ amount: '2.50' }), 'USD', trans)).toEqual({});
    expect(flawsOf(draftWith({ amount: '0.00' }), 'USD', trans).amount).toMatch(/US dollars/);
  });

  it('should want a reason that says something', () => {
    expect(flawsOf(draftWith({ reason: ' \n' }), 'tokens', trans).reason).toMatch(/Enter a reason/);
  });
});

describe('expiries', () => {
  it('should begin with the end of the window', () => {
    expect(firstDraft(standingWith()).expiry).toBe('window');
    expect(expiriesOf(standingWith())).toEqual(['window', 'hour', 'today']);
  });

  it('should not offer the end of a window that never ends', () => {
    const total = standingWith({ limit: wireLimit({ window: 'total' }), resets_at: undefined });
    expect(expiriesOf(total)).toEqual(['hour', 'today']);
  });

  it('should not offer the end of the day twice', () => {
    const daily = standingWith({ limit: wireLimit({ window: 'day' }) });
    expect(expiriesOf(daily)).toEqual(['window', 'hour']);
  });

  it('should come after an hour, or at midnight', () => {
    expect(expiryTime('hour', NOW)).toBe('2026-11-23T21:00:00.000Z');
    const midnight = new Date(expiryTime('today', NOW) ?? '');
    expect([midnight.getHours(), midnight.getMinutes()]).toEqual([0, 0]);
    expect(midnight.getTime()).toBeGreaterThan(NOW);
    expect(expiryTime('window', NOW)).toBeUndefined();
  });
});

describe('requestOf', () => {
  it('should make the request that the draft describes', () => {
    const draft = draftWith({ amount: '50,000', reason: ' demo ', expiry: 'hour' });
    expect(requestOf(standingWith(), draft, NOW)).toEqual({
      limitId: 'user/month/tokens',
      subject: 'alice',
      amount: '50000',
      reason: 'demo',
      expiresAt: '2026-11-23T21:00:00.000Z'
    });
  });

  it('should make no request while there is no amount', () => {
    expect(requestOf(standingWith(), draftWith({ amount: 'x' }), NOW)).toBeUndefined();
    expect(raisedAmount(standingWith(), draftWith({ amount: 'x' }))).toBeUndefined();
  });

  it('should calculate the new amount', () => {
    expect(raisedAmount(standingWith(), draftWith())).toBe('1100000');
  });
});
