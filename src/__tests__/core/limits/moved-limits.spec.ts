import { limitIdAfter, limitsAfter } from '../../../core/limits/moved-limits';

const DAY = { scope: 'notebook', window: 'day', unit: 'calls', amount: 5 };

describe('limitsAfter', () => {
  it('should name the notebook where it is now, and leave all else', () => {
    const limits = [
      { ...DAY, value: 'a.ipynb', warn_at: [0.5] },
      { ...DAY, value: 'b.ipynb' },
      DAY
    ];
    expect(limitsAfter(limits, { from: 'a.ipynb', to: 'x/c.ipynb' })).toEqual([
      { ...DAY, value: 'x/c.ipynb', warn_at: [0.5] },
      { ...DAY, value: 'b.ipynb' },
      DAY
    ]);
  });

  it('should follow a folder', () => {
    const limits = [{ ...DAY, value: 'x/y/a.ipynb' }];
    expect(limitsAfter(limits, { from: 'x', to: 'z' })).toEqual([{ ...DAY, value: 'z/y/a.ipynb' }]);
  });

  it.each([
    ['a neighbour', [{ ...DAY, value: 'xy/a.ipynb' }]],
    ['a notebook of the same name', [{ ...DAY, value: 'sub/x' }]],
    ['a project', [{ ...DAY, scope: 'project', value: 'x' }]],
    ['each notebook', [DAY, null, 3]],
    ['nothing that can be read', { limits: 1 }],
    ['the default', undefined]
  ])('should change nothing where the limits are about %s', (_, limits) => {
    expect(limitsAfter(limits, { from: 'x', to: 'z' })).toBeUndefined();
  });
});

describe('limitIdAfter', () => {
  it.each([
    ['notebook=x/a.ipynb/day/tokens', 'notebook=z/a.ipynb/day/tokens'],
    ['notebook=x/day/calls.ipynb/total/USD/own', 'notebook=z/day/calls.ipynb/total/USD/own']
  ])('should be the id of the same limit: %s', (before, after) => {
    expect(limitIdAfter(before, { from: 'x', to: 'z' })).toBe(after);
  });

  it.each([
    undefined,
    null,
    '',
    'notebook/day/tokens',
    'project=x/day/tokens',
    'notebook=y/day/calls'
  ])('should not change: %s', id => {
    expect(limitIdAfter(id, { from: 'x', to: 'z' })).toBeUndefined();
  });
});
