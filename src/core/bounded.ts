/**
 * Maps and sets of limited size: when one is full, its oldest entry makes room for the new one.
 */

/** A map that keeps its newest entries. Setting a known key again leaves the key at its place in the order. */
export class BoundedMap<K, V> extends Map<K, V> {
  /**
   * @param most - how many entries it keeps, at least 1.
   */
  constructor(private readonly most: number) {
    super();
  }

  override set(key: K, value: V): this {
    super.set(key, value);
    dropOldest(this, this.most);
    return this;
  }
}

/** A set that keeps its newest members. Adding a known member again leaves it at its place in the order. */
export class BoundedSet<T> extends Set<T> {
  /**
   * @param most - how many members it keeps, at least 1.
   */
  constructor(private readonly most: number) {
    super();
  }

  override add(value: T): this {
    super.add(value);
    dropOldest(this, this.most);
    return this;
  }
}

interface Ordered<K> {
  readonly size: number;
  keys(): Iterable<K>;
  delete(key: K): boolean;
}

function dropOldest<K>(entries: Ordered<K>, most: number): void {
  for (const key of entries.keys()) {
    if (entries.size <= most) {
      break;
    }
    entries.delete(key);
  }
}
