/**
 * Names that users and providers chose, made fit for a sentence: whatever is in them, it stays a name.
 */

/** Letters and controls that turn the direction of what stands beside them. */
const TURNING =
  /[\u0590-\u08ff\u200e\u200f\u202a-\u202e\u2066-\u2069\ufb1d-\ufdff\ufe70-\ufefc\u{10800}-\u{10fff}\u{1e800}-\u{1efff}]/u;
const ISOLATE = '\u2068';
const END_OF_ISOLATE = '\u2069';

/** How many characters of a name a sentence holds. */
const LONGEST = 80;

/** A name that leaves the direction of the sentence around it alone, as `<bdi>` does in a document. */
export function isolated(name: string): string {
  return TURNING.test(name) ? ISOLATE + name + END_OF_ISOLATE : name;
}

/** A name in at most eighty characters: its begin and its end, as paths differ there. */
export function shortened(name: string, longest = LONGEST): string {
  const characters = [...new Intl.Segmenter().segment(name)].map(({ segment }) => segment);
  if (characters.length <= longest) {
    return name;
  }
  const half = Math.floor((longest - 1) / 2);
  return `${characters.slice(0, half).join('')}…${characters.slice(-half).join('')}`;
}
