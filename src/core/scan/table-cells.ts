/**
 * Splits the lines of printed tables into cells: between bars, tabs, commas or semicolons, or where the columns stand.
 */

export type Cells = readonly string[];

/** A count, also as a float that is whole. */
const COUNT = /^(\d{1,12}|\d{1,3}(?:,\d{3}){1,3})(?:\.0{0,6})?(?: ?tok(?:en)?s?)?$/;
/** Values that are separated by a sign: names, or figures that are not grouped by commas. */
const COMMAS = /^(?:"?[\w.:/ -]{0,60}"?,)(?:"?[\w.:/ -]{1,60}"?,){0,30}"?[\w.:/ -]{1,60}"?$/;
const SEMICOLONS = /^(?:"?[\w.,:/ -]{1,60}"?;){1,30}"?[\w.,:/ -]{1,60}"?$/;
/** Lines between head and rows: everything that boxes are drawn with. */
const RULE = /^[-=:+.~*\u2500-\u257f\s]*$/u;
/** The types that tibbles and frames print below or beside the names. */
const TYPE = /(?:^|\s+)(?:<|&lt;)[\w,]{1,12}(?:>|&gt;)$/;
const FRAME_TYPE =
  /^(?:[iu](?:8|16|32|64)|f(?:32|64)|str|bool|int64|float64|object|Int64|Float64|String\d*)$/;
/** A row of a table in LaTeX. */
const LATEX = /^[^&\n]{1,200}(?:&[^&\n]{1,200}){1,30}\\\\$/;
/** Lines of markup between them. */
const MARKUP_RULE =
  /^\s*(?:\\(?:hline|(?:top|mid|bottom)rule|end(?:head|firsthead|foot)|cline\{.*\}|begin\{.*\}|end\{.*\})|\{?\|[-+}](?:[^|].*)?|\{\|.*|\|===.*|\[cols=.*)\s*$/;
/** `style="text-align: right;"|` before a cell of MediaWiki. */
const ATTRIBUTES = /\w{2,10}="[^"|]{0,80}"\s?\|/g;
/** Marks of cells: MediaWiki, MoinMoin, Jira and Textile; emphasis in Markdown. */
const MARKS =
  /^(?:_?[.<>=~^]*\.\s+|\w+="[^"|]*"\s*|<[^<>|]{1,80}>\s*|(?:\*\*|__|''')\s*)+|\s*(?:\*\*|__|''')$/g;
/** Between columns that have words with a space in them. */
const GAP = /\s{2,}/;

/**
 * The cells of a line, as far as the line alone shows.
 *
 * @param line - with `|` for every bar.
 */
export function cellsOf(line: string): Cells {
  const trimmed = withoutMargin(barred(line.trim()));
  if (trimmed.includes('|')) {
    const cells = trimmed
      .replace(/^\||\|$/g, '')
      .split('|')
      .map(cell => cell.trim().replace(MARKS, ''));
    // A box around a table whose columns have no bars.
    return cells.length === 1 && trimmed.length > 1 && trimmed.startsWith('|')
      ? cells[0].split(GAP)
      : cells;
  }
  // Columns with a layout between them may have figures with commas.
  const sign =
    !/\S\s{3,}\S/.test(trimmed) && COMMAS.test(trimmed)
      ? ','
      : SEMICOLONS.test(trimmed)
        ? ';'
        : undefined;
  if (sign !== undefined) {
    return trimmed.split(sign).map(cell => cell.replace(/^"|"$/g, ''));
  }
  return trimmed.split(/\s+/);
}

/** Whether a line only divides a table, or says of which types its columns are. */
export function isDivider(cells: Cells, line: string): boolean {
  return (
    MARKUP_RULE.test(line) ||
    cells.every(cell => RULE.test(cell) || TYPE.test(` ${cell}`)) ||
    cells.every(cell => FRAME_TYPE.test(cell))
  );
}

/** The names in a head, without the types beside them. */
export function namesIn(cells: Cells): Cells {
  return cells.map(cell => cell.replace(TYPE, ''));
}

/** Both lines of a head and a row, cut so that they have the same columns. */
export interface Fitted {
  readonly names: Cells;
  readonly row: Cells;
}

/**
 * Fits a head to the first row below it where their words alone do not: names of several words, and texts before the figures.
 *
 * @returns undefined where the two have no columns in common.
 */
export function fitted(head: string, row: string): Fitted | undefined {
  if (/[|,;]/.test(head) || head.trim() === '') {
    return undefined;
  }
  const [wide, words] = [row.trim().split(GAP), row.trim().split(/\s+/)];
  const names = head.trim().split(head.includes('\t') ? /\s*\t\s*/ : GAP);
  const known = [wide, words].find(cells => cells.length === names.length && names.length > 1);
  return known === undefined ? cutAtEnds(head, row) : { names, row: known };
}

/** Columns whose names and figures end below each other, with one space between: R's named vectors. */
function cutAtEnds(head: string, row: string): Fitted | undefined {
  const figures = [...row.matchAll(/\S+/g)];
  if (figures.length < 2 || figures.length > 40) {
    return undefined;
  }
  const ends = figures.map(found => found.index + found[0].length);
  const areBetween = ends.every(end => /^(?:\s|$)/.test(head.slice(end, end + 1)));
  if (!areBetween || head.slice(ends[ends.length - 1]).trim() !== '') {
    return undefined;
  }
  const names = ends.map((end, at) => head.slice(at === 0 ? 0 : ends[at - 1], end).trim());
  return names.includes('') ? undefined : { names, row: figures.map(([figure]) => figure) };
}

/** The count in a cell. */
export function countOf(cell = ''): number | undefined {
  const count = COUNT.exec(cell)?.[1];
  return count === undefined ? undefined : Number(count.replaceAll(',', ''));
}

/** Julia draws one bar, between the numbers of the rows and their columns. */
function withoutMargin(line: string): string {
  const [margin, columns, ...others] = line.split('|');
  const isMargin =
    others.length === 0 && columns !== undefined && /\S\s{2,}\S/.test(columns.trim());
  return isMargin ? `${margin} ${columns}`.trim() : line;
}

/** Rows of the markup languages, with one bar between cells. */
function barred(line: string): string {
  if (line.endsWith('\\\\') && LATEX.test(line)) {
    return line.slice(0, -2).replaceAll('&', '|').replaceAll('\\_', '_');
  }
  const isWiki = line.startsWith('!') || line.includes('||') || line.includes('!!');
  return isWiki
    ? line
        .replace(ATTRIBUTES, '')
        .replace(/^!/, '|')
        .replace(/\|\||!!/g, '|')
    : line;
}
