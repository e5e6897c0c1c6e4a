import { addDecimals, ratioOf, subtractDecimals } from '../../../core/record/decimal';

describe('addDecimals', () => {
  it.each([
    ['1', '2', '3'],
    ['0.1', '0.2', '0.3'],
    ['0.000481', '3', '3.000481'],
    ['9.99', '0.01', '10.00'],
    ['-0.5', '0.2', '-0.3'],
    ['9007199254740993', '1', '9007199254740994']
  ])('should add %s and %s exactly', (left, right, sum) => {
    expect(addDecimals(left, right)).toBe(sum);
  });
});

describe('subtractDecimals', () => {
  it.each([
    ['187655', '378', '187277'],
    ['1', '1.5', '-0.5'],
    ['0.3', '0.1', '0.2']
  ])('should subtract exactly: %s - %s', (left, right, difference) => {
    expect(subtractDecimals(left, right)).toBe(difference);
  });
});

describe('ratioOf', () => {
  it('should be exactly 1 for equal amounts', () => {
    expect(ratioOf('0.30', '0.3')).toBe(1);
  });

  it('should not be 1 a hair before', () => {
    expect(ratioOf('0.29999999999999999999', '0.3')).toBe(0.999999);
  });
});
