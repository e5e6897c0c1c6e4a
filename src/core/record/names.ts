/**
 * Makes names that users and providers chose safe for a sentence: they cannot change its direction or fill the screen.
 */

/** Letters and controls that change the direction of the text beside them. */
const TURNING =
  /[\u0590-\u08ff\u200e\u200f\u202a-\u202e\u2066-\u2069\ufb1d-\ufdff\ufe70-\ufefc\u{10800}-\u{10fff}\u{1e800}-\u{1efff}]/u;
const ISOLATE = '\u2068';
const END_OF_ISOLATE = '\u2069';

/** How many characters of a name a sentence holds. */
const LONGEST = 80;

/**
 * Isolates a name, so that the direction of the sentence around it stays, as `<bdi>` does in a document.
 *
 * @param name - the name.
 * @returns the name, between isolating controls where it needs them.
 */
export function isolated(name: string): string {
  return TURNING.test(name) ? ISOLATE + name + END_OF_ISOLATE : name;
}

/**
 * Shortens a name to its start and its end, as paths differ there.
 *
 * @param name - the name.
 * @param longest - the most characters.
 * @returns the name, whole if it is short enough.
 */
export function shortened(name: string, longest = LONGEST): string {
  const characters = [...new Intl.Segmenter().segment(name)].map(({ segment }) => segment);
  if (characters.length <= longest) {
    return name;
  }
  const half = Math.floor((longest - 1) / 2);
  return `${characters.slice(0, half).join('')}…${characters.slice(-half).join('')}`;
}
