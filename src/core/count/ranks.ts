/**
 * The vocabulary of an encoding: which bytes are a token, and in which order tokens are merged.
 *
 * Bytes are held as strings with a character a byte, which a `Map` finds faster than any other form.
 */

/** A rank is a token's id and its turn in merging: lower goes first. */
export interface Ranks {
  readonly byBytes: ReadonlyMap<string, number>;
  /** The length of the longest token in bytes. */
  readonly longest: number;
}

/** The rank file is not what it should be. */
export class RanksError extends Error {
  override name = 'RanksError';
}

/**
 * Reads the packed form of js-tiktoken's rank files.
 *
 * @param packed - their `bpe_ranks`: lines of `! <first rank> <token in base64> ...`, whose tokens have consecutive ranks.
 * @throws {RanksError} when it is something else.
 */
export function unpackRanks(packed: string): Ranks {
  const byBytes = new Map<string, number>();
  let longest = 0;
  for (const line of packed.split('\n').filter(line => line !== '')) {
    const [mark, first, ...tokens] = line.split(' ');
    if (mark !== '!' || !/^\d+$/.test(first)) {
      throw new RanksError('The rank file is damaged; install jupyter-llm-meter again.');
    }
    for (const [index, token] of tokens.entries()) {
      const bytes = atob(token);
      byBytes.set(bytes, Number(first) + index);
      longest = Math.max(longest, bytes.length);
    }
  }
  return { byBytes, longest };
}
