import vectors from '../../../../tests/vectors/format.json';
import { Formatter } from '../../../core/words/format';

const english = new Formatter('en-US', 'UTC');
const chinese = new Formatter('zh-CN', 'Asia/Shanghai');

describe('Formatter', () => {
  it.each(vectors.compact)('should write %s compactly as %s, never rounded up', (value, text) => {
    expect(english.compact(value)).toBe(text);
  });

  it.each(vectors.count)('should write %s in full as %s', (value, text) => {
    expect(english.count(value)).toBe(text);
  });

  it.each(vectors.percent)('should write the ratio %s as %s', (ratio, text) => {
    expect(english.percent(Number(ratio))).toBe(text);
  });

  it.each(vectors.money)('should write %s dollars as %s', (amount, text) => {
    expect(english.money(amount)).toBe(text);
  });

  it('should write no money where the user hides it', () => {
    const hidden = new Formatter('en-US', 'UTC', { isShown: false });
    expect([hidden.money('1.50'), hidden.exactMoney('1.50')]).toEqual([undefined, undefined]);
    expect([english.isMoneyShown, hidden.isMoneyShown]).toEqual([true, false]);
  });

  it('should write shares to two decimals where they are compared', () => {
    expect(english.exactPercent(1.00238)).toBe('100.24%');
  });

  it('should count in tens of thousands in Chinese', () => {
    expect(chinese.compact(812_345)).toBe('81.2万');
  });

  it('should name the zone of a moment', () => {
    expect(english.moment('2026-12-01T00:00:00Z')).toMatch(/^Dec 1, 12:00\sAM UTC$/);
  });

  it('should show a moment in the time zone of the limit', () => {
    expect(english.moment('2026-11-30T16:00:00Z', 'Asia/Shanghai')).toMatch(
      /^Dec 1, 12:00\sAM GMT\+8$/
    );
  });

  it('should write recent times by the 24-hour clock', () => {
    expect(chinese.recent('2026-11-24T11:55:07Z')).toBe('11/24 19:55:07');
  });

  it('should write the day of a week and the month of a year', () => {
    expect(english.weekday('2026-11-24T00:00:00Z')).toBe('Tue, Nov 24');
    expect(english.month('2026-11-30T16:00:00Z')).toBe('Nov 2026');
    expect(english.month('2026-11-30T16:00:00Z', 'Asia/Shanghai')).toBe('Dec 2026');
  });
});

describe('money with a currency beside the dollar', () => {
  const currency = { code: 'CNY', perUsd: '7.10', asOf: '2026-11-01' };
  const yuan = new Formatter('en-US', 'UTC', { isShown: true, currency });

  it.each([
    ['1.20', '$1.20 (CN¥8.52)'],
    ['0', '$0.00 (CN¥0.00)'],
    ['0.0002', '$0.0002 (CN¥0.0014)'],
    ['1234.5', '$1,234.50 (CN¥8,764.95)']
  ])('should write %s dollars as %s', (amount, text) => {
    expect(yuan.money(amount)).toBe(text);
  });

  it('should write both in the way of the reader', () => {
    const inChina = new Formatter('zh-CN', 'UTC', { isShown: true, currency });
    expect(inChina.money('1.20')).toBe('$1.20（¥8.52）');
  });

  it('should convert exactly, and not show a small amount of a currency without decimals as nothing', () => {
    const yen = { code: 'JPY', perUsd: '151.25', asOf: '2026-11-01' };
    const inYen = new Formatter('en-US', 'UTC', { isShown: true, currency: yen });
    expect(inYen.money('2')).toBe('$2.00 (¥303)');
    expect(inYen.money('0.001')).toBe('$0.001 (¥0.15)');
  });

  it('should leave amounts in another currency and places with little room alone', () => {
    expect(yuan.money('5', 'EUR')).toBe('€5.00');
    expect(yuan.briefMoney('1.20')).toBe('$1.20');
  });

  it('should write the rate with all its digits, and its day', () => {
    expect(yuan.rate()).toBe('CN¥7.10');
    expect(yuan.date('2026-11-01')).toBe('Nov 1, 2026');
  });

  it('should write neither amounts nor the rate where the user hides money', () => {
    const hidden = new Formatter('en-US', 'UTC', { isShown: false, currency });
    expect([hidden.money('1'), hidden.briefMoney('1'), hidden.rate(), hidden.ownCurrency]).toEqual([
      undefined,
      undefined,
      undefined,
      undefined
    ]);
  });
});
