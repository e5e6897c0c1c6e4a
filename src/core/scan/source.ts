/**
 * Splits the source of a cell into statements, without comments and with its literals kept apart.
 *
 * It uses only what Python, R, Julia, JavaScript and the shell have in common, and does not parse any of them. Where the
 * languages differ, text that may be a comment is treated as one: a call may be missed, but none is invented.
 */

/** A text written out in source. */
export interface Literal {
  readonly text: string;
  /** False when the program puts something into it: `f"{x}"`, `${x}`, `$(x)`. */
  readonly isWhole: boolean;
}

/** What was written; literal number 3 stands in the code as `"3"`. */
export interface CellSource {
  readonly statements: readonly string[];
  readonly literals: readonly Literal[];
}

/** A larger cell holds data. */
const LONGEST = 100_000;

// A literal that is not closed extends to the end, so that no character is read twice.
const LITERALS_AND_COMMENTS = new RegExp(
  [
    String.raw`(?<comment>#=[\s\S]*?(?:=#|$)|\/\*[\s\S]*?(?:\*\/|$)|#[^\n]*|(?<!:)\/\/[^\n]*)`,
    String.raw`(?<![\w"'])[rR]"\((?<raw>[\s\S]*?)(?:\)"|$)`,
    String.raw`(?<fence>"""|''')(?<long>(?:\\[\s\S]|(?!\k<fence>)[^\\])*)(?:\k<fence>|$)`,
    String.raw`"(?<double>(?:\\[\s\S]|[^"\\])*)(?:"|$)`,
    '`(?<tick>(?:\\\\[\\s\\S]|[^`\\\\])*)(?:`|$)',
    // Behind a name or a bracket it is Julia's transpose, but behind Python's prefixes it is not.
    String.raw`(?<=(?<![\w)\]])|\b[bBfFrRuU]{1,2})'(?<single>(?:\\[\s\S]|[^'\\\n])*)(?:'|(?=\n)|$)`
  ].join('|'),
  'g'
);

/**
 * Reads a source.
 *
 * @param code - of a cell; one that is very large reads as empty.
 */
export function readSource(code: string): CellSource {
  const literals: Literal[] = [];
  const plain = (code.length > LONGEST ? '' : code).replace(
    LITERALS_AND_COMMENTS,
    (...found: unknown[]): string => {
      const groups = found.at(-1) as Readonly<Record<string, string | undefined>>;
      if (groups.comment !== undefined) {
        return '';
      }
      const [offset, whole] = found.slice(-3) as [number, string, unknown];
      literals.push(
        literalOf(groups, /\b[fF]\w?$/.test(whole.slice(Math.max(0, offset - 3), offset)))
      );
      return `"${literals.length - 1}"`;
    }
  );
  return { statements: statementsOf(plain), literals };
}

function literalOf(
  { raw, long, double, tick, single }: Readonly<Record<string, string | undefined>>,
  isFormatted: boolean
): Literal {
  if (raw !== undefined) {
    return { text: raw, isWhole: true };
  }
  const written = long ?? double ?? tick ?? single ?? '';
  return {
    text: written.replace(/\\([\s\S])/g, (_, char: string) => ({ n: '\n', t: '\t' })[char] ?? char),
    isWhole: !isFormatted && !/\$[\w{(]/.test(written)
  };
}

/** A line that continues the statement of the line before. */
const CONTINUES = /^(?:[)\]}.,|%+]|&&|->|else\b|elif\b|end\b|except\b|catch\b|finally\b)/;
const IS_OPEN = /(?:\|>|%>%|[([{,+=|:]|<-|=>|->)$/;

function statementsOf(code: string): readonly string[] {
  const statements: string[] = [];
  let indentation = 0;
  let isOpen = false;
  for (const line of code.split('\n').flatMap(partsOf)) {
    const text = line.trim();
    const indent = line.length - line.trimStart().length;
    if (text === '') {
      continue;
    }
    if (statements.length > 0 && (isOpen || indent > indentation || CONTINUES.test(text))) {
      statements[statements.length - 1] += `\n${text}`;
    } else {
      statements.push(text);
      indentation = indent;
    }
    isOpen = IS_OPEN.test(text);
  }
  return statements;
}

/** Statements that share a line keep its indentation. */
function partsOf(line: string): string[] {
  const indent = line.slice(0, line.length - line.trimStart().length);
  return line.split(';').map((part, at) => (at === 0 ? part : indent + part.trimStart()));
}
