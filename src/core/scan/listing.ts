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
/** A declaration with its type, in languages that end it with a semicolon, and the block that it stands in; statements of SQL. */
const DECLARATION =
  /^\s*(?:(?:(?:pub|export|typedef|public|private|final|static|const|data|case|sealed|open) )*(?:struct|message|interface|enum|trait|record|class|type|union)\s+\w+\b.*(?:[{(=]|[;})])|(?:(?:pub|export|public|private|protected|final|static|const|optional|repeated|required|readonly|val|var|let|mut|my|our) )*(?:u?int\d*(?:_t)?|[iuf](?:8|16|32|64|128|size)|long|short|float\d*|double|decimal|size_t|number|string|String|bool(?:ean)?|Int(?:eger)?\d*|Long|BIGINT|INTEGER|INT)\s+\$?\w+\s*(?:=\s*[^;=]{1,80})?[;,]|(?:INSERT INTO|CREATE (?:TABLE|VIEW|INDEX)|ALTER TABLE|DELETE FROM|UPDATE \w+ SET|VALUES ?\(|SELECT .*\bFROM\b|WITH \w+ AS).*)\s*$/;
/** Lines beside such statements that are code as well. */
const CODE =
  /^\s*(?:\d+\s+)?(?:[\w.[\]'"]+(?:\s*:\s*[\w[\], .|]+)?\s*[-+*/|]?=\s*\S.*|[\w.[\]'"]+\s*:\s*(?:int|float|str|Optional|number|Int)\b.*|["']?\w+["']?\s*[:=]\s*.*,|[\w.]+\(.*|[)\]}]+[,;]?|#.*|\/\/.*|.*;)\s*$/;
/** A comment in languages where no print looks like one. */
const COMMENT = /^\s*(?:\/\/|\/\*|<!--)/;
/** An expression with its value in a comment. */
const COMMENTED = /^\s*\w[\w.[\]"'()]*\s{1,8}#\s+\d/;
const HUNK = /^(?:diff --git |@@ .*@@|(?:\+\+\+|---) [\w./])/;
const CHANGED = /^[+-](?![+-]).*[\w)]/;
/** A line of a file as `grep -n` shows it, and as tracebacks do. */
const LOCATED =
  /^(?:\.{0,2}[\w/.-]*\.(?:py|ts|js|tsx|r|R|jl|md|ipynb|java|go|rs|rb|yaml|yml|toml)[:-]\d+[:-]|-{2,}> \d+ )/;
/** The line of a traceback that failed, among numbered ones. */
const TRACEBACK = /^-{1,6}> \d+ /;
/** What `help` of Python prints, to its end. */
const HELP =
  /^Help on (?:\w+ )?(?:function|method|class|module|package|object|built-in function)\b/m;
const PROMPT =
  /^\s*(?:>>> (?:(?:import|from|print|for|if|def|class|with|async|await|del|not)\b|[\w.]+(?: ?[=([.,+*/<>-]|\s*$))|In ?\[\d+\]: |julia> )/;

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
  const isTraceback = lines.some(line => TRACEBACK.test(line));
  let isInExample = false;
  return lines
    .map((line, at) => {
      isInExample ||= PROMPT.test(line);
      // What follows the last statement at the margin may be printed by another one.
      const isCode = lastStatement >= 0 && (at <= lastStatement || /^\s/.test(line));
      const isNumbered = isTraceback && /^\s*\d+\s/.test(line);
      return isInExample || isNumbered || isListed(line, isCode, isDiff) ? '' : line;
    })
    .join('\n');
}

function isStatement(line: string): boolean {
  return line.length <= LONGEST_LINE && (STATEMENT.test(line) || DECLARATION.test(line));
}

function isListed(line: string, isCode: boolean, isDiff: boolean): boolean {
  return (
    line.length <= LONGEST_LINE &&
    (LOCATED.test(line) ||
      COMMENT.test(line) ||
      COMMENTED.test(line) ||
      (isCode && (isStatement(line) || CODE.test(line))) ||
      (isDiff && CHANGED.test(line)))
  );
}
