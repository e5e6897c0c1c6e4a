import { parseRaise } from '../../../core/limits/raise';
import { forecastText, raisedText, remarksOf } from '../../../core/words/outlook';
import type { Standing } from '../../../core/record/standing';
import type { Wire } from '../../samples';
import {
  documentWith,
  wireBlocked,
  wireLimit,
  wireRaise,
  withoutMoney,
  words
} from '../../samples';

function standingWith(changes: Wire = {}): Standing {
  return documentWith({ standings: [wireBlocked(changes)] }).standings[0];
}

function forecastOf(changes: Wire = {}): string | undefined {
  return forecastText(standingWith(changes), words);
}

describe('forecastText', () => {
  it('should show the share at the end of the window, and when the amount is reached', () => {
    expect(forecastOf()).toMatch(/^At this pace, 123% by Dec 1; limit reached Nov 28, 2:00\sPM$/);
  });

  it('should not mention an amount that is not reached', () => {
    expect(forecastOf({ forecast: { used: '900000', ratio: 0.9 } })).toBe(
      'At this pace, 90% by Dec 1'
    );
  });

  it('should show the end of a short window as a time of day', () => {
    const forecast = { used: '900000', ratio: 0.9 };
    const limit = wireLimit({ window: 'day' });
    expect(forecastOf({ limit, forecast })).toMatch(/^At this pace, 90% by 12:00\sAM$/);
  });

  it('should show when the amount of a total is reached', () => {
    const forecast = { reached_at: '2026-11-28T14:00:00.000000Z' };
    const limit = wireLimit({ window: 'total' });
    expect(forecastOf({ limit, forecast, resets_at: undefined })).toMatch(
      /^At this pace, the limit is reached Nov 28, 2:00\sPM$/
    );
  });

  it.each([undefined, {}])('should show nothing when the forecast is %p', forecast => {
    expect(forecastOf({ forecast })).toBeUndefined();
  });
});

describe('remarksOf', () => {
  const remarks = (changes: Wire): string[] => remarksOf(standingWith(changes), words);
  const unpriced = (calls: number | undefined, way?: string): string | undefined =>
    remarks({
      limit: wireLimit({ unit: 'USD', unpriced: way }),
      unpriced_calls: calls,
      raised: undefined
    })[0];

  it('should say that calls of models without a price do not count', () => {
    expect(unpriced(1, 'allow')).toBe(
      "1 call of a model without a known price doesn't count toward this limit"
    );
    expect(unpriced(1200, 'block')).toBe(
      "1,200 calls of models without a known price don't count toward this limit"
    );
  });

  it('should say at which price ceiling calls of models without a price count', () => {
    expect(unpriced(2, '15')).toBe(
      '2 calls of models without a known price count at $15.00 per million tokens'
    );
  });

  it('should say nothing of prices while all calls have one', () => {
    expect(unpriced(undefined, 'allow')).toBeUndefined();
  });

  it('should show raises, reservations and estimates', () => {
    expect(remarks({ reserved: '1530', soft_by: '4096' })).toEqual([
      'Raised by 50,000 tokens',
      '1,530 tokens reserved for calls in progress',
      expect.stringContaining('by up to 4,096 tokens')
    ]);
  });

  it('should show shares of the limit where the user hides money', () => {
    const limit = wireLimit({ unit: 'USD', amount: 5 });
    const changes = { limit, amount: '5.50', raised: '0.50', reserved: '1.10', soft_by: '0.55' };
    expect(remarksOf(standingWith(changes), withoutMoney)).toEqual([
      'Raised by 10%',
      '20% reserved for calls in progress',
      expect.stringContaining('by up to 10% because')
    ]);
  });

  it('should not mention raises, reservations and estimates that are absent', () => {
    expect(remarks({ raised: undefined, reserved: '0', soft_by: '0' })).toEqual([]);
  });
});

describe('remarksOf a limit with a price ceiling', () => {
  it('should name the ceiling without its amount where the user hides money', () => {
    const limit = wireLimit({ unit: 'USD', amount: 5, unpriced: '10' });
    const [remark] = remarksOf(
      standingWith({ limit, raised: undefined, amount: '5', unpriced_calls: 2 }),
      withoutMoney
    );
    expect(remark).toBe('2 calls of models without a known price count at the price ceiling');
  });
});

describe('raisedText', () => {
  const { limit } = standingWith();
  const inDollars = { unit: 'USD', amount: '2.50' };

  it('should say by how much, and until when', () => {
    expect(raisedText(parseRaise(wireRaise()), limit, words)).toMatch(
      /^Limit raised by 50,000 tokens until Dec 1, 12:00\sAM UTC\.$/
    );
    const endless = parseRaise(wireRaise({ ...inDollars, expires_at: undefined }));
    expect(raisedText(endless, limit, words)).toBe('Limit raised by $2.50.');
  });

  it('should leave out money that the user hides', () => {
    expect(raisedText(parseRaise(wireRaise(inDollars)), limit, withoutMoney)).toMatch(
      /^Limit raised until Dec 1, 12:00\sAM UTC\.$/
    );
    const endless = parseRaise(wireRaise({ ...inDollars, expires_at: undefined }));
    expect(raisedText(endless, limit, withoutMoney)).toBe('Limit raised.');
  });
});
