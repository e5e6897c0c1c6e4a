/**
 * A binary heap of places by rank, of equal ranks the leftmost place first.
 */

/** Rank and place share one number: places are below 2^31, ranks below 2^22. */
const PLACES = 2 ** 31;

export class Heap {
  push(rank: number, place: number): void {
    const key = rank * PLACES + place;
    let at = this._keys.length;
    this._keys.push(key);
    while (at > 0) {
      const parent = (at - 1) >> 1;
      if (this._keys[parent] <= key) {
        break;
      }
      this._keys[at] = this._keys[parent];
      at = parent;
    }
    this._keys[at] = key;
  }

  /**
   * Takes the first out.
   *
   * @returns its rank and place; undefined when the heap is empty.
   */
  pop(): readonly [rank: number, place: number] | undefined {
    const first = this._keys.at(0);
    const last = this._keys.pop();
    if (first === undefined || last === undefined) {
      return undefined;
    }
    if (this._keys.length > 0) {
      this._sink(last);
    }
    return [Math.floor(first / PLACES), first % PLACES];
  }

  /** Lets a key sink from the top. */
  private _sink(key: number): void {
    const keys = this._keys;
    let at = 0;
    for (let child = 1; child < keys.length; child = 2 * at + 1) {
      if (child + 1 < keys.length && keys[child + 1] < keys[child]) {
        child += 1;
      }
      if (keys[child] >= key) {
        break;
      }
      keys[at] = keys[child];
      at = child;
    }
    keys[at] = key;
  }

  private readonly _keys: number[] = [];
}
