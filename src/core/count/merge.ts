/**
 * Byte-pair merging of one piece: neighbours whose bytes together are a token become one, the lowest rank first, of equal
 * ranks the leftmost, until no two are left that would.
 *
 * Short pieces are gone through again for each merge, which is quadratic and fastest; long ones keep their pairs in a heap:
 * n log n, whatever the text is.
 */

import { Heap } from './heap';
import type { Ranks } from './ranks';

/** Above so many bytes the heap is faster. */
const LONGEST_SHORT = 120;
/** The rank of what is no token: behind all others. */
const NONE = 0x7fffffff;

/**
 * The tokens of a piece.
 *
 * @param bytes - the piece in UTF-8, a character a byte; not empty.
 * @param ranks - the vocabulary, in which every single byte is a token.
 */
export function mergeBytes(bytes: string, ranks: Ranks): number[] {
  const rankOf = (start: number, end: number): number =>
    end - start > ranks.longest ? NONE : (ranks.byBytes.get(bytes.slice(start, end)) ?? NONE);
  return bytes.length > LONGEST_SHORT
    ? mergeLong(bytes.length, rankOf)
    : mergeShort(bytes.length, rankOf);
}

/** The rank of the bytes from a place up to another. */
type RankOf = (start: number, end: number) => number;

function mergeShort(length: number, rankOf: RankOf): number[] {
  const starts = Array.from({ length: length + 1 }, (_, at) => at);
  // The rank of what a part and the next one would become.
  const pairs = Array.from({ length: length - 1 }, (_, at) => rankOf(at, at + 2));
  for (let best = lowestOf(pairs); best >= 0; best = lowestOf(pairs)) {
    starts.splice(best + 1, 1);
    pairs.splice(best, 1);
    if (best < pairs.length) {
      pairs[best] = rankOf(starts[best], starts[best + 2]);
    }
    if (best > 0) {
      pairs[best - 1] = rankOf(starts[best - 1], starts[best + 1]);
    }
  }
  return starts.slice(1).map((end, at) => rankOf(starts[at], end));
}

/** The place of the lowest rank, the first of equals; -1 when there is no token among them. */
function lowestOf(pairs: readonly number[]): number {
  let best = -1;
  let lowest = NONE;
  for (let at = 0; at < pairs.length; at += 1) {
    if (pairs[at] < lowest) {
      lowest = pairs[at];
      best = at;
    }
  }
  return best;
}

function mergeLong(length: number, rankOf: RankOf): number[] {
  // A part is known by its first byte's place; `next` of the last one is the length.
  const next = Int32Array.from({ length }, (_, at) => at + 1);
  const previous = Int32Array.from({ length }, (_, at) => at - 1);
  const pairs = new Int32Array(length).fill(NONE);
  const heap = new Heap();
  const rank = (at: number): void => {
    const middle = next[at];
    pairs[at] = middle < length ? rankOf(at, next[middle]) : NONE;
    if (pairs[at] !== NONE) {
      heap.push(pairs[at], at);
    }
  };
  for (let at = 0; at < length; at += 1) {
    rank(at);
  }
  for (let least = heap.pop(); least !== undefined; least = heap.pop()) {
    const [lowest, at] = least;
    // A pair that has changed since stands in the heap a second time.
    if (pairs[at] !== lowest) {
      continue;
    }
    const gone = next[at];
    next[at] = next[gone];
    pairs[gone] = NONE;
    if (next[at] < length) {
      previous[next[at]] = at;
    }
    rank(at);
    if (previous[at] >= 0) {
      rank(previous[at]);
    }
  }
  const tokens: number[] = [];
  for (let at = 0; at < length; at = next[at]) {
    tokens.push(rankOf(at, next[at]));
  }
  return tokens;
}
