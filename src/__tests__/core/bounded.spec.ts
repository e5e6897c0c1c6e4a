import { BoundedMap, BoundedSet } from '../../core/bounded';

describe('BoundedMap', () => {
  it('should drop the oldest entry when it is full', () => {
    const map = new BoundedMap<string, number>(2);
    map.set('a', 1).set('b', 2).set('c', 3);
    expect([...map]).toEqual([
      ['b', 2],
      ['c', 3]
    ]);
  });

  it('should change a known entry without dropping another', () => {
    const map = new BoundedMap<string, number>(2);
    map.set('a', 1).set('b', 2).set('a', 3);
    expect([...map]).toEqual([
      ['a', 3],
      ['b', 2]
    ]);
  });
});

describe('BoundedSet', () => {
  it('should drop the oldest member when it is full', () => {
    const set = new BoundedSet<string>(2);
    set.add('a').add('b').add('a').add('c');
    expect([...set]).toEqual(['b', 'c']);
  });
});
