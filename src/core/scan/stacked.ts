/**
 * Figures in lines of their own, above or below their names, as cards and definition lists show them.
 */

import { labelsIn } from './labels';
import { meaningOf, plainName } from './vocabulary';

const LONGEST_NAME = 60;
const FIGURE = /^[\s*_|>-]*(\d{1,3}(?:,\d{3})+|\d{1,9})(?: ?(?:tokens?|toks?))?[\s*_|]*$/i;
const NAME = /^[\s*_|>#-]*(\p{L}[\p{L} _.-]{1,58}?)[\s*_|]*:?\s*$/u;

/**
 * A text in which each such name stands before its figure.
 *
 * @param text - without terminal codes and markup.
 */
export function unstacked(text: string): string {
  const lines = text.split('\n');
  const rows = lines
    .map((line, at) => ({ at, ...partsOf(line) }))
    .filter(({ isEmpty }) => !isEmpty);
  for (let at = 0; at + 1 < rows.length;) {
    const used = joined(lines, rows, at);
    at += Math.max(1, used);
  }
  return lines.join('\n');
}

interface Row {
  readonly at: number;
  readonly isEmpty: boolean;
  readonly name?: string;
  readonly figure?: string;
}

function partsOf(line: string): Omit<Row, 'at'> {
  if (line.trim() === '') {
    return { isEmpty: true };
  }
  const isShort = line.trim().length <= LONGEST_NAME;
  const figure = isShort ? FIGURE.exec(line.trim())?.[1] : undefined;
  const name = figure === undefined && isShort ? NAME.exec(line.trim())?.[1] : undefined;
  return { isEmpty: false, figure, ...(name !== undefined && isFigureName(name) && { name }) };
}

/** Joins names and figures that alternate from a row on; at least two of each. */
function joined(lines: string[], rows: readonly Row[], from: number): number {
  const isNameFirst = rows[from].name !== undefined;
  const pairs: [name: Row, figure: Row][] = [];
  for (let at = from; at + 1 < rows.length; at += 2) {
    const [name, figure] = isNameFirst ? [rows[at], rows[at + 1]] : [rows[at + 1], rows[at]];
    if (name.name === undefined || figure.figure === undefined) {
      break;
    }
    pairs.push([name, figure]);
  }
  if (pairs.length < 2) {
    return 0;
  }
  for (const [name, figure] of pairs) {
    lines[name.at] = `${name.name ?? ''}: ${figure.figure ?? ''}`;
    lines[figure.at] = '';
  }
  return pairs.length * 2;
}

function isFigureName(name: string): boolean {
  const { role, isShort } = meaningOf(plainName(name), true);
  return (role !== undefined && !isShort) || labelsIn(name).length === 1;
}
