import { parseRaise, writeRaiseRequest } from '../../../core/limits/raise';
import { wireRaise } from '../../samples';

describe('a raise on the wire', () => {
  it('should be read', () => {
    expect(parseRaise(wireRaise())).toEqual({
      id: 'raise-1',
      limitId: 'user/month/tokens',
      subject: 'alice',
      amount: '50000',
      unit: 'tokens',
      reason: 'The evaluation has to finish.',
      user: 'alice',
      raisedAt: '2026-11-23T20:00:00.000000Z',
      expiresAt: '2026-12-01T00:00:00.000000Z'
    });
  });

  it('should be refused when it does not say what was added', () => {
    expect(() => parseRaise(wireRaise({ amount: 50000 }))).toThrow('raise.amount is not');
  });

  it('should be asked for without what is not said', () => {
    const request = { limitId: 'user/total/USD', amount: '2.50', reason: 'demo' };
    expect(JSON.parse(JSON.stringify(writeRaiseRequest(request)))).toEqual({
      limit_id: 'user/total/USD',
      amount: '2.50',
      reason: 'demo'
    });
  });
});
