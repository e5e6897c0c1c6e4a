/**
 * Source code inside of outputs: blocks of code in an answer, the signatures that `name?` shows, listings of files, diffs,
 * examples in help texts. What stands in it is no usage.
 */

const LONGEST_LINE = 1_000;
/** Languages of programs; JSON, text and blocks without a language may show what was used. */
const FENCE = /^\s{0,8}(?:```|~~~)\s*(\w*)/;
const PROGRAM =
  /^(?:py|python\d?|ipython|js|javascript|jsx|ts|typescript|tsx|r|julia|bash|sh|shell|java|kotlin|go|rust|c|cpp|csharp|cs|ruby|php|swift|sql|diff|patch)$/i;
const SIGNATURE = /^(?:(?:Init|Call) )?[Ss]ignature:/;
const NEXT_SECTION = /^(?:Docstring|Source|File|Type|Subclasses|Init docstring|Call docstring):/;
/** A statement that no print of figures looks like. */
const STATEMENT =
  /^\s*(?:\d+\s+)?(?:(?:async )?def \w+\(.*|class \w+[(:].*|from [\w.]+ import .*|import \w[\w., ]*|@\w[\w.]*(?:\(.*\))?|return\b.*[\w)\]}'"]|(?:if|elif|for|while|with|try|except|else)\b.*:|(?:export )?(?:async )?function \w*\(.*|(?:const|let|var) [\w{[].*=.*|\w+ <- function\(.*|function \w+\(.*\)|assert .*|(?:public|private|protected) .*[{;]|print\(.*\)|console\.log\(.*\);?)\s*$/;
/** Lines beside such statements that are code as well. */
const CODE =
  /^\s*(?:\d+\s+)?(?:[\w.[\]'"]+(?:\s*:\s*[\w[\], .|]+)?\s*[-+*/|]?=\s*\S.*|[\w.[\]'"]+\s*:\s*(?:int|float|str|Optional|number|Int)\b.*|["']?\w+["']?\s*[:=]\s*.*,|[\w.]+\(.*|[)\]}]+[,;]?|#.*|\/\/.*|.*;)\s*$/;
const HUNK = /^(?:diff --git |@@ .*@@|(?:\+\+\+|---) [\w./])/;
const CHANGED = /^[+-](?![+-]).*[\w)]/;
/** A line of a file as `grep -n` shows it, and as tracebacks do. */
const LOCATED =
  /^(?:\.{0,2}[\w/.-]*\.(?:py|ts|js|tsx|r|R|jl|md|ipynb|java|go|rs|rb|yaml|yml|toml)[:-]\d+[:-]|-{2,}> \d+ )/;
/** What `help` of Python prints, to its end. */
const HELP =
  /^Help on (?:\w+ )?(?:function|method|class|module|package|object|built-in function)\b/m;
const PROMPT = /^\s*(?:>>> |\.\.\. |In \[\d+\]: |julia> )/;

/**
 * A text without the source code that it shows.
 *
 * @param text - without terminal codes and markup.
 */
export function withoutSource(text: string): string {
  const help = HELP.exec(text)?.index ?? text.length;
  return paragraphsOf(withoutBlocks(text.slice(0, help)))
    .map(withoutListing)
    .join('\n');
}

function withoutBlocks(text: string): string {
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

/** Lines up to the next empty one. */
function paragraphsOf(text: string): readonly string[] {
  return text.split(/\n(?=[ \t]*\n)/);
}

function withoutListing(paragraph: string): string {
  const lines = paragraph.split('\n');
  const lastStatement = lines.findLastIndex(isStatement);
  const isDiff =
    lines.some(line => HUNK.test(line)) ||
    (lines.some(line => line.startsWith('-')) && lines.some(line => line.startsWith('+')));
  let isInExample = false;
  return lines
    .map((line, at) => {
      isInExample ||= PROMPT.test(line);
      // What follows the last statement at the margin may be printed by another one.
      const isCode = lastStatement >= 0 && (at <= lastStatement || /^\s/.test(line));
      return isInExample || isListed(line, isCode, isDiff) ? '' : line;
    })
    .join('\n');
}

function isStatement(line: string): boolean {
  return line.length <= LONGEST_LINE && STATEMENT.test(line);
}

function isListed(line: string, isCode: boolean, isDiff: boolean): boolean {
  return (
    line.length <= LONGEST_LINE &&
    (LOCATED.test(line) ||
      (isCode && (STATEMENT.test(line) || CODE.test(line))) ||
      (isDiff && CHANGED.test(line)))
  );
}
