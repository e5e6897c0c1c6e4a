import { failureOf } from '../../../core/record/failure';

describe('failureOf', () => {
  it('should give the failure that an error carries', () => {
    const failure = { kind: 'refused', message: 'no', status: 403 } as const;
    expect(failureOf(Object.assign(new Error('no'), { failure }))).toBe(failure);
  });

  it.each([
    [new TypeError('x is not a function'), 'x is not a function'],
    ['a text', 'a text'],
    [{ failure: 'not an error' }, '[object Object]'],
    [undefined, 'undefined']
  ])('should be unknown for %p', (error, message) => {
    expect(failureOf(error)).toEqual({ kind: 'unknown', message });
  });
});
