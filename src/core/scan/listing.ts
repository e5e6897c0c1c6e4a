/**
 * Source code inside of outputs: blocks of code in an answer, the signatures that `name?` shows. What stands in it is no usage.
 */

/** Languages of programs; JSON, text and blocks without a language may show what was used. */
const FENCE = /^\s{0,8}(?:```|~~~)\s*(\w*)/;
const PROGRAM =
  /^(?:py|python\d?|ipython|js|javascript|jsx|ts|typescript|tsx|r|julia|bash|sh|shell|java|kotlin|go|rust|c|cpp|csharp|cs|ruby|php|swift|sql)$/i;
const SIGNATURE = /^(?:(?:Init|Call) )?[Ss]ignature:/;
const NEXT_SECTION = /^(?:Docstring|Source|File|Type|Subclasses|Init docstring|Call docstring):/;

/**
 * A text without the source code that it shows.
 *
 * @param text - without terminal codes and markup.
 */
export function withoutSource(text: string): string {
  if (!/```|~~~|ignature:/.test(text)) {
    return text;
  }
  let inside: 'program' | 'block' | 'signature' | undefined;
  const kept: string[] = [];
  for (const line of text.split('\n')) {
    const language = FENCE.exec(line)?.[1];
    if (language !== undefined) {
      const isOpening = inside !== 'program' && inside !== 'block';
      inside = !isOpening ? undefined : PROGRAM.test(language) ? 'program' : 'block';
    } else if (SIGNATURE.test(line) && inside === undefined) {
      inside = 'signature';
    } else if (inside === 'signature' && (NEXT_SECTION.test(line) || line.trim() === '')) {
      inside = undefined;
    }
    kept.push(inside === 'program' || inside === 'signature' ? '' : line);
  }
  return kept.join('\n');
}
