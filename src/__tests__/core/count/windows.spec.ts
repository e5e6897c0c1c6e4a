import { windowsOf } from '../../../core/count/windows';

describe('windowsOf', () => {
  it('should leave a text whole that is not very long', () => {
    expect([...windowsOf('a\nb'), ...windowsOf('')]).toEqual(['a\nb']);
  });

  it.each([
    ['lines', 'a line\n\n', /\n$/],
    ['one line of emoji', '😀', /😀$/],
    ['one line behind a letter', '😀', /😀$/]
  ])('should cut %s where no character and no piece is torn', (name, unit, end) => {
    const text = (name.endsWith('letter') ? 'a' : '') + unit.repeat(700_000) + 'end';
    const windows = [...windowsOf(text)];
    expect(windows.join('') === text).toBe(true);
    expect(windows.length).toBeGreaterThan(1);
    expect(windows.slice(0, -1).every(window => end.test(window))).toBe(true);
  });
});
