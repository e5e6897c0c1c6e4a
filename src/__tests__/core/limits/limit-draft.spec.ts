import type { LimitDraft } from '../../../core/limits/limit-draft';
import {
  draftOf,
  isRepeated,
  limitFlaws,
  newDraft,
  settingOf
} from '../../../core/limits/limit-draft';
import { parseLimits } from '../../../core/limits/limits';
import vectors from '../../../../tests/vectors/limits.json';
import { trans } from '../../samples';

const MONTH = { window: 'month', unit: 'tokens', amount: 1_000_000 };

function draftWith(changes: Partial<LimitDraft> = {}): LimitDraft {
  return { ...draftOf(MONTH), ...changes };
}

describe('draftOf and settingOf', () => {
  it.each(vectors.valid)('should bring back what the settings hold: $name', ({ given }) => {
    const draft = draftOf(given);
    expect(limitFlaws(draft, trans)).toEqual({});
    expect(parseLimits([settingOf(draft)], 'UTC')).toEqual(parseLimits([given], 'UTC'));
  });

  it('should write shares as percentages that people read', () => {
    expect(draftOf({ ...MONTH, warn_at: [0.07, 0.29, 0.805] }).warnAt).toBe('7, 29, 80.5');
    expect(settingOf(draftWith({ warnAt: '7, 29 %，80.5' })).warn_at).toEqual([0.07, 0.29, 0.805]);
  });

  it.each([
    [null, 'default'],
    [[], 'none'],
    [['ops', 'team'], 'named']
  ])('should read the channels %p as %p', (notify, audience) => {
    const draft = draftOf({ ...MONTH, notify });
    expect(draft.audience).toBe(audience);
    expect(settingOf(draft).notify).toEqual(notify);
  });

  it('should make a draft with errors from a value that is not a limit', () => {
    expect(Object.keys(limitFlaws(draftOf('nonsense'), trans))).toEqual(['amount']);
  });
});

describe('limitFlaws', () => {
  it.each([
    ['amount', '0'],
    ['amount', '-1'],
    ['amount', '1,000'],
    ['amount', ''],
    ['warnAt', '100'],
    ['warnAt', '0'],
    ['warnAt', 'half'],
    ['timeZone', 'Asia/Pekin'],
    ['resetHour', '24'],
    ['resetHour', '']
  ])('should not take the %s %p', (field, text) => {
    expect(Object.keys(limitFlaws(draftWith({ [field]: text }), trans))).toEqual([field]);
  });

  it('should want a name where channels are to be named', () => {
    const draft = draftWith({ audience: 'named', channels: ' , ' });
    expect(limitFlaws(draft, trans).channels).toMatch(/names/);
  });
});

describe('calls of models without a price', () => {
  const dollars = { unit: 'USD', unpriced: 'ceiling', ceiling: '15' } as const;

  it('should be kept of limits in US dollars alone', () => {
    expect(settingOf(draftWith(dollars)).unpriced).toBe('15');
    expect(settingOf(draftWith({ ...dollars, unit: 'calls' })).unpriced).toBeNull();
  });

  it.each([
    ['ceiling', { ...dollars, ceiling: '0' }],
    ['ceiling', { ...dollars, ceiling: '1000001' }],
    ['ceiling', { ...dollars, ceiling: 'cheap' }],
    ['unpriced', { ...dollars, unpriced: 'block' }]
  ] as const)('should show what is wrong with the %s in %p', (field, changes) => {
    expect(Object.keys(limitFlaws(draftWith(changes), trans))).toEqual([field]);
    expect(limitFlaws(draftWith({ ...changes, unit: 'calls' }), trans)).toEqual({});
  });
});

describe('isRepeated', () => {
  it('should find the later of two limits that count the same, whatever their amounts', () => {
    const drafts = [draftWith(), draftWith({ window: 'day' }), draftWith({ amount: '5' })];
    expect(drafts.map((_, index) => isRepeated(drafts, index))).toEqual([false, false, true]);
  });

  it('should not hold for a new draft', () => {
    const drafts = [draftWith(), newDraft([draftWith()])];
    expect(isRepeated(drafts, 1)).toBe(false);
    expect(limitFlaws(drafts[1], trans)).toEqual({});
  });
});
