/**
 * Finds which figure of a line is named by which of its words.
 *
 * Names stand before their figures (`in 12, out 34`), behind them (`12 in / 34 out`), or in a list of their own
 * (`in/out: 12/34`, `12/34 tokens (in/out)`).
 */

import type { Label } from './labels';
import { labelsIn } from './labels';
import { mayBeUnnamed, unnamedFigures } from './unnamed';
import type { Figures } from './unnamed';
import type { Role } from './vocabulary';

const FIGURE =
  /(?<![\w.,#$-])\d{1,3}(?:,\d{3})+(?![\w,.]*\d)|(?<![\w.,#$-])\d{1,9}(?![\w.,]*\d|[a-z%?])/gi;
/** Between names of one line. */
const SEPARATOR = /[,;|·•()[\]（）、\n]|[!?](?= )|[—–]| \/ |\band\b|\+/;
/** A word that is none of those of calls. */
const NOUN = /^ +(?!tok|tk|and\b|total|in\b|out\b|the\b|this\b|(?:over|across|for|from) *$)[a-z]/i;
/** What else may have an input and an output: `3 input variables`. */
const OTHER_NOUN =
  /^ (?:(?:variable|column|file|field|feature|shape|dim(?:ension)?|size|node|channel|layer|image|row|document|record|message|word|char(?:acter)?|line|byte|parameter|template|schema|modalit(?:y|ie)|id|sentence|sample|example|neuron|unit|tensor|device|pin|port|stream|buffer|queue|worker|shard|partition|batch|step|value|length|rate|speed|price|cost|limit|budget|window)(?:s|es)?)\b/i;
/** What stands between a figure and the name of the next. */
const NEXT_ITEM = /[,;·•+[]|\s\*\s|==/;
/** What may stand between a name and its figure, but for signs. */
const BETWEEN =
  /^(?:tok(?:en)?s?|tkn?s?|with|count|used?|usage|share|part|side|your|my|this|our|its|an?|to|on|went|into|number|num|of|is|was|were|which|consumed|took|text|size|length|for|from|the|by|in|them|those|these|being|as|went|came|got|been|长度|个|数量?|消耗|使用|用量|为|是|了|词元|令牌)$/i;
const WORDS = /[a-z]+|[\u4e00-\u9fff]+/gi;
/** What may stand behind a figure. */
const BEHIND =
  /^[\s*_`]*(?:$|[^\sa-z\d条行句字篇张页次份轮秒元块]|(?:tok(?:en)?s?|tkn?s?|and|total|in|out)(?![a-z]))/i;
/** The name of what stands behind a figure. */
const IS_NEXT_NAME = /^(?: ?tok(?:en)?s?)? {1,4}[\p{L}_][\p{L}\d_. -]{0,24}?\s?[=:]/u;
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

interface Shown {
  readonly value: number;
  /** The text between the figure before and this one, and between this one and the next. */
  readonly before: string;
  readonly behind: string;
}

/** Whether a line has a word that may name a figure, or a sum that needs none. */
export function hasNames(line: string): boolean {
  return mayBeUnnamed(line) || labelsIn(spelledOut(line)).length > 0;
}

/** The named figures of a line; undefined where some are not understood. */
export function figuresIn(line: string): Figures | undefined {
  const text = spelledOut(line);
  const sum = unnamedFigures(text);
  const shown = shownIn(text);
  if (sum !== undefined) {
    return withShares(sum, shown);
  }
  const listed = byList(shown);
  if (listed !== undefined) {
    return listed;
  }
  const [named, followed] = [byNames(shown, nameBefore), byNames(shown, nameBehind)];
  if (!hasBoth(named) && !hasBoth(followed)) {
    const mixed = byNames(shown, one => nameBefore(one) ?? nameBehind(one));
    return hasBoth(mixed) ? mixed : (named ?? followed);
  }
  if (!hasBoth(named) || !hasBoth(followed)) {
    return hasBoth(followed) ? withShares(followed, shown) : named;
  }
  // The names of figures that begin a line stand behind them.
  const isFollowed =
    isProven(followed, shown) === isProven(named, shown)
      ? followed.size > named.size
      : isProven(followed, shown);
  return isFollowed ? withShares(followed, shown) : named;
}

/** `12 in and 34 out (cached: 8)`: the names of shares stand before their figures. */
function withShares(figures: Figures, shown: readonly Shown[]): Figures {
  const all = new Map(figures);
  const sides = [...figures.values()];
  for (const one of shown.filter(({ value }) => !sides.includes(value))) {
    const role = nameBefore(one);
    const side = figures.get(role === 'reasoning' ? 'output' : 'input') ?? 0;
    if ((role === 'read' || role === 'reasoning') && !all.has(role) && one.value < side) {
      all.set(role, one.value);
    }
  }
  return all;
}

/** `120p + 45c`, `P: 120 C: 45`: letters that mean something as a pair. */
function spelledOut(line: string): string {
  return INITIALS.reduce(
    (text, { input, output, total }) =>
      input.test(text) && output.test(text)
        ? text.replace(input, ' prompt ').replace(output, ' completion ').replace(total, ' total ')
        : text,
    line
  );
}

function hasBoth(figures: Figures | undefined): figures is Figures {
  return figures?.has('input') === true && figures.has('output');
}

/** Whether one of the figures is the sum of both sides. */
function isProven(figures: Figures, shown: readonly Shown[]): boolean {
  const [input = 0, output = 0] = [figures.get('input'), figures.get('output')];
  return input > 0 && output > 0 && shown.some(({ value }) => value === input + output);
}

function shownIn(line: string): readonly Shown[] {
  const found = [...line.matchAll(FIGURE)];
  return found.map((match, at) => {
    const previous = at === 0 ? 0 : found[at - 1].index + found[at - 1][0].length;
    return {
      value: Number(match[0].replaceAll(',', '')),
      before: line.slice(previous, match.index),
      behind: line.slice(match.index + match[0].length, found[at + 1]?.index ?? line.length)
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

function byNames(
  shown: readonly Shown[],
  nameOf: (one: Shown) => Role | undefined
): Figures | undefined {
  const figures = new Map<Role, number>();
  for (const one of shown) {
    const role = nameOf(one);
    if (role !== undefined && figures.has(role)) {
      return undefined;
    }
    if (role !== undefined) {
      figures.set(role, one.value);
    }
  }
  // Other figures are fine beside both sides; alone they may be what the names are about.
  const isWhole = figures.has('input') && figures.has('output');
  return isWhole || figures.size === shown.length ? figures : undefined;
}

/** The name in the last part before a figure; a share may be named behind it: `(5 cached)`. */
function nameBefore({ before, behind }: Shown): Role | undefined {
  const part = before
    .split(SEPARATOR)
    .filter(one => labelsIn(one).length > 0)
    .at(-1);
  const labels = part === undefined ? [] : labelsIn(part);
  const last = labels.at(-1);
  const gap =
    last === undefined || part === undefined
      ? ''
      : before.slice(before.lastIndexOf(part) + last.end);
  // A sign binds whatever follows: `in=12 out=34 usd=0.01`.
  const isSigned = /[=:][\s*_`]{0,8}$/.test(gap) && IS_NEXT_NAME.test(behind);
  const isFree = isSigned || BEHIND.test(behind) || isLabelNext(behind);
  if (last !== undefined && isGap(gap) && !NEXT_ITEM.test(gap) && isFree) {
    return narrowest(labels);
  }
  const share = nameBehind({ value: 0, before: '', behind });
  return share === 'read' || share === 'reasoning' || share === 'write' ? share : undefined;
}

function isLabelNext(behind: string): boolean {
  const [next] = labelsIn(behind);
  return next !== undefined && (next.start <= 1 || behind.slice(0, next.start).trim() === '');
}

function nameBehind({ behind }: Shown): Role | undefined {
  const part = behind.split(SEPARATOR).find(one => /\S/.test(one.replace(/tok(?:en)?s?/gi, '')));
  const labels = part === undefined ? [] : labelsIn(part);
  if (part === undefined || labels.length === 0) {
    return undefined;
  }
  const rest = part.slice(labels[0].end);
  // `12 in vocab`: one of the words of every day; `12 output=34`: the name of what follows.
  const isNextName =
    (/^[^,;|()[\]]{0,20}[=:][\s*_`]*$/.test(rest) && behind.endsWith(rest)) ||
    (labels.length > 1 && /[=:]/.test(rest.slice(0, labels[1].start - labels[0].end)));
  const isOther =
    isNextName ||
    /^[=:]/.test(rest) ||
    OTHER_NOUN.test(rest) ||
    (labels[0].end - labels[0].start <= 3 && NOUN.test(rest));
  const gap = part.slice(0, labels[0].start);
  const isNear = !isOther && !/[:=]|^[.)]/.test(gap) && isGap(gap);
  return isNear ? narrowest(labels.slice(0, 2)) : undefined;
}

/** `cached input`, `reasoning output`: the share, not the side. */
function narrowest(labels: readonly Label[]): Role | undefined {
  const share = labels.find(({ role }) => ['read', 'write', 'miss', 'reasoning'].includes(role));
  return (share ?? labels.at(-1))?.role;
}

function isGap(gap: string): boolean {
  return gap.length <= 40 && [...gap.matchAll(WORDS)].every(([word]) => areBetween(word));
}

function areBetween(word: string): boolean {
  return (
    BETWEEN.test(word) ||
    /^(?:个|数|量|长度|内容|部分|侧|端|文本|消耗|使用|用|为|是|了|词元|令牌)+$/.test(word)
  );
}
