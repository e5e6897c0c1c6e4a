/** So many arguments fit into one call in every engine. */
const MOST_ARGUMENTS = 8_192;

const encoder = new TextEncoder();

/**
 * A text in UTF-8, as a string with a character a byte. An unpaired surrogate becomes U+FFFD, as in tiktoken.
 */
export function utf8(text: string): string {
  if (!/[\u0080-\uffff]/.test(text)) {
    return text;
  }
  const bytes = encoder.encode(text);
  let written = '';
  for (let at = 0; at < bytes.length; at += MOST_ARGUMENTS) {
    written += String.fromCharCode(...bytes.subarray(at, at + MOST_ARGUMENTS));
  }
  return written;
}
