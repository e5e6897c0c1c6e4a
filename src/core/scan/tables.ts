/**
 * Converts usage in printed tables into the form that `structure.ts` reads.
 *
 * It reads tables with a head (data frames of R and pandas, Markdown, `console.table` of a list), tables with the names in
 * their rows (R's matrices, pandas' series, `console.table` of one object) and R's named vectors, which have one row below the
 * head; each also when it is wrapped. It leaves out data frames of several rows, which are logs of calls made at another time,
 * and data frames of one row without a sum, a model or a cost that would show that it is a call.
 */

import { namesOther } from './topics';
import type { Role } from './vocabulary';
import { meaningOf, plainName } from './vocabulary';

type Cells = readonly string[];

/** A head and the rows below it. */
interface Block {
  readonly names: Cells;
  readonly rows: Cells[];
  /** A vector has nothing before its figures and nothing between them. */
  isVector: boolean;
  /** Its rows have neither a number nor a name. */
  isBare: boolean;
  /** A row is named as means and limits are. */
  isOther: boolean;
}

const LONGEST_LINE = 1_000;
const MOST_ROWS = 100;
const NAME = /^[\p{L}_][\p{L}\p{N}_.]{0,79}$/u;
/** A count, also as a float that is whole. */
const COUNT = /^(\d{1,12}|\d{1,3}(?:,\d{3}){1,3})(?:\.0{0,6})?$/;
/** A line of comma-separated values: names, or figures that are not grouped by commas. */
const COMMAS = /^(?:"?[\w.:/ -]{1,60}"?,){1,30}"?[\w.:/ -]{1,60}"?$/;
/** Names of figures of which at least one is none of every day. */
const SPEAKS = /prompt|completion|tok(?:en)?s?/i;
/** Lines between head and rows, and cells of rows that were left out. */
const RULE = /^[-=:+.─━═┄┼├┤┌┐└┘┬┴╪╞╡╒╕╘╛╤╧]*$/u;
/** The types that tibbles print below or beside the names. */
const TYPE = /(?:^|\s+)(?:<|&lt;)[\w,]{1,12}(?:>|&gt;)$/;

/**
 * The tables in a text that hold usage.
 *
 * @param text - without terminal codes and markup, with `|` for every bar.
 * @returns each table as JSON: a list with an object for each call.
 */
export function readTables(text: string): readonly string[] {
  const tables = new Tables();
  for (const line of text.split('\n')) {
    tables.addLine(line);
  }
  return tables.finish();
}

class Tables {
  addLine(line: string): void {
    const cells = line.length > LONGEST_LINE ? [] : cellsOf(line);
    if (cells.every(cell => RULE.test(cell) || TYPE.test(` ${cell}`)) && line.length > 0) {
      return;
    }
    if (line.trim() !== '' && !this._addNamed(cells) && !this._addRow(cells, line)) {
      this._addHead(cells);
    }
  }

  finish(): readonly string[] {
    this._endNamed();
    this._endBlocks();
    return this._done;
  }

  /** A row that begins with the name of a figure. */
  private _addNamed(cells: Cells): boolean {
    const [name = '', ...figures] = cells;
    const isBegun = this._named.length > 0 && this._named[0].length === cells.length;
    const isNamed = isBegun
      ? NAME.test(name)
      : roleOf(name) !== undefined || (figures.length === 1 && sideOf(name) !== undefined);
    const areFigures = figures.every(figure => figure === '' || COUNT.test(figure));
    if (!isNamed || !areFigures || figures.every(figure => figure === '')) {
      this._endNamed();
      return false;
    }
    if (!isBegun) {
      this._endNamed();
    }
    if (this._named.length < MOST_ROWS) {
      this._named.push(cells);
    }
    return true;
  }

  /** A row below a head; it may begin with a number or name that the head has no name for. */
  private _addRow(cells: Cells, line: string): boolean {
    const block = this._blocks.at(-1);
    const before = cells.length - (block?.names.length ?? 0);
    const isRow = (before === 0 || before === 1) && cells.some(cell => COUNT.test(cell));
    if (block === undefined || !isRow) {
      return false;
    }
    if (block.rows.length < MOST_ROWS) {
      block.rows.push(cells.slice(before));
      block.isBare &&= before === 0;
      block.isOther ||= before === 1 && namesOther(cells[0]);
      block.isVector &&= before === 0 && !line.includes('|');
    }
    return true;
  }

  private _addHead(cells: Cells): void {
    const names = cells.map(cell => cell.replace(TYPE, ''));
    const isHead = names.every(name => name === '' || isName(name)) && !names.every(isEmpty);
    if (!isHead || !this._continues(names)) {
      this._endBlocks();
    }
    if (isHead) {
      this._blocks.push({ names, rows: [], isVector: true, isBare: true, isOther: false });
    }
  }

  /** Whether a head continues the table above it, which was too wide for its lines. */
  private _continues(names: Cells): boolean {
    const [first] = this._blocks;
    const last = this._blocks.at(-1);
    return (
      last !== undefined &&
      last.rows.length > 0 &&
      last.rows.length === first.rows.length &&
      !this._blocks.some(block => names.some(name => block.names.includes(name)))
    );
  }

  private _endBlocks(): void {
    const blocks = this._blocks.splice(0).filter(({ rows }) => rows.length > 0);
    const names = blocks.flatMap(block => block.names);
    const cells = blocks.flatMap(({ rows }) => rows[0]);
    const named = isUsage(names) ? names : fullNames(names, cells);
    const isOneCall = blocks.every(({ rows, isOther }) => rows.length === 1 && !isOther);
    const isPlain =
      blocks.every(({ isVector }) => isVector) ||
      (blocks.every(({ isBare }) => isBare) && named.every(name => roleOf(name) !== undefined));
    const isProven = isPlain || showsCall(named, cells);
    if (isOneCall && isProven && isUsage(named)) {
      this._addObjects([objectOf(named, cells)]);
    }
  }

  private _endNamed(): void {
    const rows = this._named.splice(0);
    const printed = rows.map(([name]) => name);
    const isShort = !isUsage(printed);
    const names =
      isShort && SPEAKS.test(printed.join(' '))
        ? fullNames(
            printed,
            rows.map(([, figure]) => figure)
          )
        : printed;
    if (!isUsage(names)) {
      return;
    }
    const columns = rows[0].slice(1).map((_, at) => rows.map(row => row[at + 1]));
    this._addObjects(
      columns
        .filter(figures => isUsage(names.filter((_, at) => figures[at] !== '')))
        .map(figures => objectOf(names, figures))
    );
  }

  private _addObjects(objects: readonly object[]): void {
    if (objects.length > 0) {
      this._done.push(JSON.stringify(objects));
    }
  }

  private readonly _done: string[] = [];
  /** The blocks of one table, side by side where it was wrapped. */
  private readonly _blocks: Block[] = [];
  private readonly _named: Cells[] = [];
}

function cellsOf(line: string): Cells {
  const trimmed = line.trim();
  if (COMMAS.test(trimmed)) {
    return trimmed.split(',').map(cell => cell.replace(/^"|"$/g, ''));
  }
  return trimmed.includes('|')
    ? trimmed
        .replace(/^\||\|$/g, '')
        .split('|')
        .map(cell => cell.trim())
    : trimmed.split(/\s+/);
}

/** Names of bars' cells may be words. */
function isName(cell: string): boolean {
  return NAME.test(cell) || (cell.length <= 60 && !COUNT.test(cell) && /^[\p{L}(]/u.test(cell));
}

function isEmpty(cell: string): boolean {
  return cell === '';
}

function isUsage(names: Cells): boolean {
  const roles = new Set(names.map(roleOf));
  return roles.has('input') && (roles.has('output') || roles.has('total'));
}

/** `Input`, `Output` and `Total` as names of figures, where the total is the sum. */
function fullNames(names: Cells, cells: Cells): Cells {
  const short = names.map(sideOf);
  const figureOf = (wanted: Role): number => countOf(cells[short.indexOf(wanted)]) ?? NaN;
  const isSum = figureOf('total') === figureOf('input') + figureOf('output');
  return isSum ? names.map((name, at) => FULL[short[at] ?? ''] ?? name) : names;
}

const FULL: Readonly<Record<string, string>> = {
  input: 'input_tokens',
  output: 'output_tokens',
  total: 'total_tokens'
};

function roleOf(name: string): Role | undefined {
  const { role, isShort } = meaningOf(plainName(lastName(name)), /\s/.test(name));
  return isShort || role === 'tokens' ? undefined : role;
}

/** The same for a name that may be short: other rows show whether it is a figure. */
function sideOf(name: string): Role | undefined {
  const plain = plainName(lastName(name));
  return plain === 'tokens' ? 'total' : meaningOf(plain, /\s/.test(name)).role;
}

/** `usage.prompt_tokens`, as nested lists are flattened. */
function lastName(name: string): string {
  return name.slice(name.lastIndexOf('.') + 1);
}

/** Whether a row says which model it was, or has a total that is the sum. */
function showsCall(names: Cells, cells: Cells): boolean {
  const figureOf = (wanted: Role): number =>
    countOf(cells[names.findIndex(name => roleOf(name) === wanted)]) ?? NaN;
  return (
    names.some(name => meaningOf(plainName(lastName(name)), false).text === 'model') ||
    names.some(name =>
      /^(?:cost|cost_usd|total_cost|latency|latency_ms|finish_reason)$/i.test(name)
    ) ||
    figureOf('total') === figureOf('input') + figureOf('output')
  );
}

/** One call, by the names of its figures. */
function objectOf(names: Cells, cells: Cells): Readonly<Record<string, string | number>> {
  const fields = names.map((name, at): [string, string | number] => [
    lastName(name),
    countOf(cells[at]) ?? cells[at]
  ]);
  return Object.fromEntries(fields.filter(([name, value]) => name !== '' && value !== ''));
}

function countOf(cell = ''): number | undefined {
  const count = COUNT.exec(cell)?.[1];
  return count === undefined ? undefined : Number(count.replaceAll(',', ''));
}
