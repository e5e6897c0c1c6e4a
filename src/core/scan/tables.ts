/**
 * Converts usage in printed tables into the form that `structure.ts` reads.
 *
 * It reads tables with a head (data frames of R and pandas, Markdown, `console.table` of a list), tables with the names in
 * their rows (R's matrices, pandas' series, `console.table` of one object) and R's named vectors, which have one row below the
 * head; each also when it is wrapped. Which rows are calls is decided in `table-calls.ts`.
 */

import { namesTokens } from './about';
import type { Fields } from './table-calls';
import { callsOf, callsOfNamed, roleOf, sideOf } from './table-calls';
import type { Cells } from './table-cells';
import { cellsOf, countOf, fitted, isDivider, namesIn } from './table-cells';

/** A head and the rows below it. */
interface Block {
  names: Cells;
  readonly head: string;
  readonly rows: { readonly label?: string; readonly cells: Cells }[];
  /** A vector has nothing before its figures and nothing between them. */
  isVector: boolean;
}

const LONGEST_LINE = 1_000;
const MOST_ROWS = 100;
const NAME = /^[\p{L}_][\p{L}\p{N}_.]{0,79}$/u;
/** The same between bars, where names may be words. */
const WORDS = /^[\p{L}_][\p{L}\p{N}_. -]{0,60}$/u;

/**
 * The tables in a text that hold usage.
 *
 * @param text - without terminal codes and markup, with `|` for every bar.
 * @returns each table as JSON: a list with an object for each call.
 */
export function readTables(text: string): readonly string[] {
  const tables = new Tables(namesTokens(text));
  for (const line of text.split('\n')) {
    tables.addLine(line);
  }
  return tables.finish();
}

class Tables {
  /** @param _isAboutTokens - something in the text speaks of tokens. */
  constructor(private readonly _isAboutTokens: boolean) {}

  addLine(line: string): void {
    const cells = line.length > LONGEST_LINE ? [] : cellsOf(line);
    if (isDivider(cells, line) && line.length > 0) {
      return;
    }
    if (line.trim() === '') {
      return;
    }
    const above = this._above;
    const filled = cells.filter(cell => cell !== '');
    this._above = filled.every(cell => countOf(cell) !== undefined) ? filled : undefined;
    if (!this._addNamed(cells) && !this._addRow(cells, line)) {
      this._addBelow(above, filled);
      this._addHead(namesIn(cells), line);
    }
  }

  finish(): readonly string[] {
    this._endNamed();
    this._endBlocks();
    return this._done;
  }

  /** A row that begins with the name of a figure; a frame numbers it before. */
  private _addNamed(printed: Cells): boolean {
    const isNumbered = printed.length === 3 && /^\d{1,3}$/.test(printed[0]);
    const cells = isNumbered ? printed.slice(1) : printed;
    const [name = '', ...figures] = cells;
    const isBegun = this._named.length > 0 && this._named[0].length === cells.length;
    const isNamed = isBegun
      ? WORDS.test(name)
      : roleOf(name) !== undefined || (figures.length === 1 && sideOf(name) !== undefined);
    if (WORDS.test(name) && this._named.length > 0 && figures.every(isAbsent)) {
      return true;
    }
    const areFigures = figures.every(figure => isAbsent(figure) || countOf(figure) !== undefined);
    if (!isNamed || !areFigures || figures.every(isAbsent)) {
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
    if (block === undefined || !cells.some(cell => countOf(cell) !== undefined)) {
      return false;
    }
    const before = cells.length - block.names.length;
    const isRow = before === 0 || before === 1;
    const fit = isRow ? undefined : this._fit(block, line);
    if (!isRow && fit === undefined) {
      return false;
    }
    if (block.rows.length < MOST_ROWS) {
      const label = before === 1 ? cells[0] : undefined;
      block.rows.push(fit === undefined ? { label, cells: cells.slice(before) } : { cells: fit });
      block.isVector &&= label === undefined && !line.includes('|');
    }
    return true;
  }

  /** Figures above their names, as panels and cards show them. */
  private _addBelow(figures: Cells | undefined, names: Cells): void {
    if (figures?.length === names.length && names.every(name => roleOf(name) !== undefined)) {
      this._addCalls(
        callsOf({ names, rows: [{ cells: figures }], isPlain: true, isAboutTokens: true })
      );
    }
  }

  /** The cells of a row whose columns its words alone do not show; the first row may show the columns of the head as well. */
  private _fit(block: Block, line: string): Cells | undefined {
    if (line.length > LONGEST_LINE || line.includes('|')) {
      return undefined;
    }
    if (block.rows.length === 0) {
      const both = fitted(block.head, line);
      if (both !== undefined) {
        block.names = both.names;
        return both.row;
      }
    }
    // A text of several words stands before the figures.
    const words = line.trim().split(/\s{2,}/);
    const cells = words.length === block.names.length + 1 ? words.slice(1) : words;
    const all = line.trim().split(/\s+/);
    const known = [cells, all.slice(-block.names.length)].find(
      one =>
        one.length === block.names.length &&
        block.names.every(
          (name, at) => roleOf(name) === undefined || countOf(one[at]) !== undefined
        )
    );
    return block.names.some(name => roleOf(name) !== undefined) ? known : undefined;
  }

  private _addHead(names: Cells, line: string): void {
    const block = this._blocks.at(-1);
    if (names.length === 1 && block?.rows.length === 0 && block.names.length > 2) {
      // The name of a frame's index stands below the names of its columns.
      return;
    }
    const isHead =
      names.every(name => name === '' || isName(name)) && !names.every(name => name === '');
    if (!isHead || !this._continues(names)) {
      this._endBlocks();
    }
    if (isHead) {
      this._blocks.push({ names, head: line, rows: [], isVector: true });
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
    if (blocks.length === 0) {
      return;
    }
    const names = blocks.flatMap(block => block.names);
    const rows = blocks[0].rows.map(({ label }, at) => ({
      label,
      cells: blocks.flatMap(block => block.rows[at]?.cells ?? [])
    }));
    // R's matrices of one row.
    const areBare = rows.every(({ label = '[1,]' }) => label === '[1,]');
    const isPlain =
      blocks.every(({ isVector }) => isVector) ||
      (areBare && names.every(name => roleOf(name) !== undefined));
    this._addCalls(callsOf({ names, rows, isPlain, isAboutTokens: this._isAboutTokens }));
  }

  private _endNamed(): void {
    const rows = this._named.splice(0);
    if (rows.length > 0) {
      this._addCalls(callsOfNamed(rows, this._isAboutTokens));
    }
  }

  private _addCalls(calls: readonly Fields[]): void {
    if (calls.length > 0) {
      this._done.push(JSON.stringify(calls));
    }
  }

  private readonly _done: string[] = [];
  /** The blocks of one table, side by side where it was wrapped. */
  private readonly _blocks: Block[] = [];
  private readonly _named: Cells[] = [];
  /** The line above, if it had nothing but figures. */
  private _above?: Cells;
}

/** A cell without a value, as frames print it. */
function isAbsent(cell: string): boolean {
  return /^(?:|NaN|None|<NA>|NA|null|nan)$/.test(cell);
}

/** Names of bars' cells may be words. */
function isName(cell: string): boolean {
  return (
    NAME.test(cell) ||
    (cell.length <= 60 && countOf(cell) === undefined && /^[\p{L}(#]/u.test(cell))
  );
}
