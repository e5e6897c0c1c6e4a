/**
 * Finds which figure of a line is named by which of its words.
 *
 * Names stand before their figures (`in 12, out 34`), behind them (`12 in / 34 out`), or in a list of their own
 * (`in/out: 12/34`). Every figure has at most one word that may name it from either side. Of all ways to give words to figures the
 * one that explains most of the line is taken, and a total that is the sum of both sides speaks for it.
 */

import { labelsIn } from './labels';
import type { Candidate, Shown } from './reach';
import { nameBefore, nameBehind, namesIn, SHARES } from './reach';
import { mayBeUnnamed, unnamedFigures } from './unnamed';
import type { Figures } from './unnamed';
import type { Role } from './vocabulary';

const FIGURE =
  /(?<![\w.,#$-])\d{1,3}(?:,\d{3})+(?![\w,.]*\d)|(?<![\w.,#$-])\d{1,9}(?![\w.,]*\d|[a-z%?])/gi;
/** More figures than a line about one call has; the ways to name them grow with their number. */
const MOST_FIGURES = 9;
/** `21+33 tokens (prompt+completion) in 1.2s`: the names in their own brackets. */
const IN_BRACKETS = /^ ?(?:tok(?:en)?s?)? ?[([]([^()[\]]{1,60})[)\]]/i;
/** The first letters of both sides, before their figures or behind. */
const INITIALS = [
  ['p(?:t|r)?', 'c(?:mp)?'],
  ['it?', 'ot?'],
  ['入', '出']
].map(([input, output]) => ({
  input: initial(input),
  output: initial(output),
  total: initial('tt?')
}));

function initial(letters: string): RegExp {
  return new RegExp(
    `(?<=\\d ?)${letters}(?![\\w=:-])|(?<![\\w-])${letters}(?=(?: ?[=:] ?| )?\\d)`,
    'i'
  );
}

/** Whether a line has a word that may name a figure, or a sum that needs none. */
export function hasNames(line: string): boolean {
  return mayBeUnnamed(line) || labelsIn(spelledOut(line)).length > 0;
}

/** The named figures of a line; undefined where some are not understood. */
export function figuresIn(line: string): Figures | undefined {
  const text = spelledOut(line);
  const shown = shownIn(text);
  const listed = byList(shown);
  if (listed !== undefined) {
    return withShares(listed, shown);
  }
  const named = byNames(shown);
  if (hasBoth(named)) {
    return named;
  }
  const unnamed = unnamedFigures(text);
  return unnamed === undefined ? named : withShares(unnamed, shown);
}

/** `12/34 tokens (cached: 8)`: shares beside figures that are named otherwise. */
function withShares(figures: Figures, shown: readonly Shown[]): Figures {
  const all = new Map(figures);
  const sides = [...figures.values()];
  for (const one of shown.filter(({ value }) => !sides.includes(value))) {
    const role = (nameBefore(one) ?? nameBehind(one))?.role;
    const side = figures.get(role === 'reasoning' ? 'output' : 'input') ?? 0;
    if ((role === 'read' || role === 'reasoning') && !all.has(role) && one.value < side) {
      all.set(role, one.value);
    }
  }
  return all;
}

/** `120p + 45c`, `P: 120 C: 45`, `request 12, response 34`: words that mean something as a pair. */
function spelledOut(line: string): string {
  const spelled = INITIALS.reduce(
    (text, { input, output, total }) =>
      input.test(text) && output.test(text)
        ? text.replace(input, ' prompt ').replace(output, ' completion ').replace(total, ' total ')
        : text,
    line
  );
  return REQUEST.test(spelled) && !labelsIn(spelled).some(({ role }) => role === 'input')
    ? spelled.replace(REQUEST, 'prompt')
    : spelled;
}

/** A word for the input where nothing else names it. */
const REQUEST =
  /\b(?:request|context|ctx)\b(?= ?(?:tok(?:en)?s?)? ?[^\p{L}\d.,;|]{0,3}\d)|(?<=\d ?(?:tok(?:en)?s? )?)\b(?:request|context)\b/iu;

function hasBoth(figures: Figures | undefined): figures is Figures {
  return figures?.has('input') === true && figures.has('output');
}

function shownIn(line: string): readonly Shown[] {
  const found = [...line.matchAll(FIGURE)];
  return found.map((match, at) => {
    const previous = at === 0 ? 0 : found[at - 1].index + found[at - 1][0].length;
    return {
      value: Number(match[0].replaceAll(',', '')),
      before: line.slice(previous, match.index),
      behind: line.slice(match.index + match[0].length, found[at + 1]?.index ?? line.length),
      hasNext: at + 1 < found.length
    };
  });
}

/** `in/out/total: 12/34/46`, `12/34 tokens (in/out)`: as many names in a row as there are figures in a row. */
function byList(shown: readonly Shown[]): Figures | undefined {
  for (const row of rowsIn(shown)) {
    const behind = row[row.length - 1].behind;
    for (const names of [row[0].before, IN_BRACKETS.exec(behind)?.[1] ?? behind]) {
      const roles = labelsIn(names).map(({ role }) => role);
      const isEach = roles.length === row.length && new Set(roles).size === roles.length;
      if (isEach && roles.includes('input') && roles.includes('output')) {
        return new Map(roles.map((role, at) => [role, row[at].value]));
      }
    }
  }
  return undefined;
}

/** Figures with nothing but a sign between them. */
function rowsIn(shown: readonly Shown[]): readonly (readonly Shown[])[] {
  const rows: Shown[][] = [];
  for (const one of shown) {
    const last = rows.at(-1);
    if (last !== undefined && /^(?: ?[/|,+→] ?| {1,3})$/.test(one.before)) {
      last.push(one);
    } else {
      rows.push([one]);
    }
  }
  return rows.filter(row => row.length > 1);
}

interface Way {
  readonly figures: ReadonlyMap<Role, number>;
  readonly score: number;
}

function byNames(shown: readonly Shown[]): Figures | undefined {
  if (shown.length > MOST_FIGURES) {
    return undefined;
  }
  const candidates = shown.map(one =>
    [nameBefore(one), nameBehind(one)].filter(name => name !== undefined)
  );
  const best = bestWay(shown, candidates, 0, undefined, new Map(), 0);
  const { figures } = best;
  // Other figures are fine beside both sides; alone they may be what the names are about.
  const isWhole = figures.has('input') && figures.has('output');
  return isWhole || figures.size === shown.length ? figures : undefined;
}

/** Goes through the ways to name the figures from one on. */
function bestWay(
  shown: readonly Shown[],
  candidates: readonly (readonly Candidate[])[],
  at: number,
  last: Candidate | undefined,
  figures: ReadonlyMap<Role, number>,
  score: number
): Way {
  if (at === shown.length) {
    return { figures, score: score + proofOf(figures, shown) };
  }
  let best = bestWay(shown, candidates, at + 1, undefined, figures, score);
  for (const name of candidates[at]) {
    // A word between two figures names one of them.
    const isTaken =
      name.side === 'before' &&
      last?.side === 'behind' &&
      last.gap + name.gap >= 0 &&
      isOneWord(shown[at].before);
    if (!figures.has(name.role) && !isTaken) {
      const isTurned = last !== undefined && last.side !== name.side && !SHARES.includes(name.role);
      const way = bestWay(
        shown,
        candidates,
        at + 1,
        name,
        new Map([...figures, [name.role, shown[at].value]]),
        score + name.strength - (isTurned ? 0.5 : 0)
      );
      best = way.score >= best.score ? way : best;
    }
  }
  return best;
}

/** Whether the text between two figures has one name only. */
function isOneWord(between: string): boolean {
  return namesIn(between).length < 2;
}

/** A total that is the sum of both sides, named or not. */
function proofOf(figures: Figures, shown: readonly Shown[]): number {
  const [input = 0, output = 0] = [figures.get('input'), figures.get('output')];
  const isSum = input > 0 && output > 0 && shown.some(({ value }) => value === input + output);
  const isWrong = figures.has('total') && figures.get('total') !== input + output;
  // What was sent stands first more often.
  const isInOrder = [...figures.keys()].indexOf('input') < [...figures.keys()].indexOf('output');
  return (isSum && !isWrong ? 3 : 0) + (isInOrder ? 0.1 : 0);
}
