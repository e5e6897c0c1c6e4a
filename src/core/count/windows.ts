/**
 * Cuts a very long text where a regular expression would run out of stack: V8's does at ten million letters in a row.
 */

const LONGEST = 1_000_000;
/** Behind a line's end and before a letter or digit every encoding ends a piece, so that a cut there changes nothing. */
const SEAM = /\n(?=[\p{L}\p{N}])/gu;
/** How far back from the end of a window a seam is looked for. */
const REACH = 100_000;

/**
 * Yields a text in order, in windows of at most a million characters, cut at the end of a line where there is one.
 */
export function* windowsOf(text: string): Generator<string, void> {
  let start = 0;
  while (text.length - start > LONGEST) {
    const end = start + cutOf(text.slice(start, start + LONGEST));
    yield text.slice(start, end);
    start = end;
  }
  if (start < text.length) {
    yield text.slice(start);
  }
}

/** Where to cut a window: behind its last seam, else at its end, but never within a character. */
function cutOf(window: string): number {
  const from = window.length - REACH;
  const seams = [...window.slice(from).matchAll(SEAM)];
  const last = seams.at(-1);
  if (last !== undefined) {
    return from + last.index + 1;
  }
  return /[\ud800-\udbff]$/.test(window) ? window.length - 1 : window.length;
}
