/**
 * Usage in lines that people format for people: words for the two sides of a call, beside their figures, in any order.
 *
 * A line counts when it, or a heading above it, speaks of tokens. Its figures are named by the words before them
 * (`in 12, out 34`), by those behind (`12 in / 34 out`), or by a list (`in/out: 12/34`); lines that follow each other are
 * one call until a name comes again. Lines of bounds, prices, examples and running sums are left out.
 */

import type { Role } from './vocabulary';

const LONGEST_LINE = 400;
const LONGEST_HEADING = 60;
/** How many lines without a figure may stand in one call. */
const MOST_EMPTY = 2;

/** What makes a line one about tokens. */
const TOKENS =
  /(?<![a-z])tok(?:en)?s?(?![a-z])|词元|令牌|用量|(?:^|[^a-z\s]|(?<![a-z])(?:token|llm|api|model|call|openai|claude|gemini|the|this|total))\s{0,4}usage(?![a-z])/i;
/** Structures have a reader of their own. */
const STRUCTURE = /["'{}<>]|--[a-z]|\w\(\w+=|^\s*\w+ ?[=:] ?\S+,$/;
/** Words of lines about something else than what a call has used. */
const NO_USE =
  /(?<![a-z])(?:max(?:imum)?|min(?:imum)?|limit(?:s|ed)?|up to|at most|at least|average|avg|mean|median|std|p\d\d|per|rate|rates|remaining|left|budget|quota|window|supports?|allows?|requested|if|would|could|should|can|may|example|instance|suppose|assuming|typically|usually|approximately|roughly|about|around|estimated?|expected|prices?|pricing|shape|assert|def|return|raise|import|template|format|saved|session|cumulative|accumulated|overall|so far|all calls|files?|dis[ck]|memory|cpu|gpu|network|batch|seq|chunks?|dataset|documents?|each|every|context|total[ _](?:input|output|prompt|completion))(?![a-z])|tok(?:en)?s?\/|最大|上限|上下文|限制|价格|单价|百万|平均|累计|估计|预计|剩余|约|例如|如果/i;
/** Prices and speeds beside the figures of a call. */
const ASIDE =
  /@ ?[$¥€] ?[\d.]+ ?\/ ?\w+|(?:costs?:? ?)?[$¥€] ?\d[\d.,]*|\b(?:tokens?|toks?|tok)\/s(?:ec)?\b:? ?\d[\d.]*|\d[\d.]* ?(?:(?:tokens?|toks?|tok|t)\/s(?:ec)?|ms|s|sec|seconds|%)(?![\w])/gi;

const LABELS: readonly (readonly [Role, string])[] = [
  ['write', String.raw`cache[ _](?:write|creation|created)|写入缓存|缓存写入`],
  ['read', String.raw`cached?(?:[ _]hits?|[ _]read)?|缓存(?:命中|读取)?|命中缓存`],
  ['reasoning', String.raw`reasoning|thinking|thoughts?|推理|思考`],
  [
    'input',
    String.raw`in|inputs?|prompts?|query|question|sent|read|↑|⬆️?|输入|提示词?|问题|提问|请求`
  ],
  [
    'output',
    String.raw`out|outputs?|completions?|responses?|answers?|reply|replies|generated|generation|received|wrote|written|produced|↓|⬇️?|输出|补全|生成|回复|回答|答案|响应`
  ],
  ['total', String.raw`total|sum|总计?|合计|一共|共`]
];
/** Latin letters stand on one side only. */
const EDGE = '(?:(?<![a-z])|(?![a-z]))';
const LABEL = new RegExp(
  LABELS.map(([role, words]) => `(?<${role}>${EDGE}(?:${words})${EDGE})`).join('|'),
  'gi'
);
const FIGURE =
  /(?<![\w.,#$-])\d{1,3}(?:,\d{3})+(?![\w,.]*\d)|(?<![\w.,#$-])\d{1,9}(?![\w.,]*\d|[a-z%])/gi;
/** Between names of one line. */
const SEPARATOR = /[,;|·•()[\]（）、\n]|[—–]| \/ |\band\b|\+/;
/** A word that is none of those of calls. */
const NOUN = /^ +(?!tok|and\b|total|in\b|out\b|the\b)[a-z]/i;
/** What stands between a figure and the name of the next. */
const NEXT_ITEM = /[,;·•+[]|\s\*\s|==/;
/** What may stand between a name and its figure, but for signs. */
const BETWEEN =
  /^(?:tok(?:en)?s?|count|used?|usage|number|num|of|is|was|were|which|consumed|took|text|size|length|for|from|the|by|长度|个|数量?|消耗|使用|用量|为|是|了|词元|令牌)$/i;
const WORDS = /[a-z]+|[\u4e00-\u9fff]+/gi;
/** What may stand behind a figure. */
const BEHIND =
  /^[\s*_`]*(?:$|[^\sa-z\d条行句字篇张页次份轮秒元块]|(?:tok(?:en)?s?|and|total|in|out)(?![a-z]))/i;
/** `12+34=46`: a sum that proves itself. */
const SUM = /(?<![\w.,])(\d{1,9}) ?\+ ?(\d{1,9}) ?= ?(\d{1,9})(?![\w.,]*\d)/;

type Figures = ReadonlyMap<Role, number>;

/**
 * The usages in such lines.
 *
 * @param text - without terminal codes and markup.
 * @returns each as JSON that the reader of structures knows.
 */
export function readPhrases(text: string): readonly string[] {
  if (!TOKENS.test(text)) {
    return [];
  }
  const phrases = new Phrases();
  for (const line of text.split('\n')) {
    phrases.addLine(line);
  }
  return phrases.finish();
}

class Phrases {
  addLine(line: string): void {
    const isBlank = line.trim() === '';
    const isAbout = TOKENS.test(line);
    if (isBlank || line.length > LONGEST_LINE || STRUCTURE.test(line)) {
      this._end(isBlank && this._isFresh);
      return;
    }
    const plain = line.replace(ASIDE, ' ~ ');
    if (NO_USE.test(plain)) {
      this._end(false);
      return;
    }
    const isHeading = isAbout && line.length <= LONGEST_HEADING && !/\d/.test(line);
    if (isHeading) {
      this._end(true);
      return;
    }
    const isInBlock = this._isHeaded && line.length <= LONGEST_HEADING;
    const figures = isAbout || isInBlock ? figuresIn(plain) : undefined;
    if (figures === undefined || figures.size === 0) {
      this._empty += 1;
      if (this._empty > MOST_EMPTY) {
        this._end(false);
      }
      return;
    }
    this._add(figures);
  }

  finish(): readonly string[] {
    this._end(false);
    return this._done;
  }

  private _add(figures: Figures): void {
    if ([...figures.keys()].some(role => this._figures.has(role))) {
      this._end(this._isHeaded);
    }
    for (const [role, figure] of figures) {
      this._figures.set(role, figure);
    }
    this._empty = 0;
    this._isFresh = false;
  }

  private _end(isHeaded: boolean): void {
    const figures = this._figures;
    if (figures.has('input') && figures.has('output')) {
      const fields = [...figures].map(([role, figure]) => [FIELDS[role], figure]);
      this._done.push(JSON.stringify(Object.fromEntries(fields)));
    }
    this._figures = new Map();
    this._isHeaded = isHeaded;
    this._isFresh = isHeaded;
    this._empty = 0;
  }

  private readonly _done: string[] = [];
  private _figures = new Map<Role, number>();
  /** A heading about tokens stands above. */
  private _isHeaded = false;
  /** Nothing stands between it and what follows. */
  private _isFresh = false;
  private _empty = 0;
}

const FIELDS: Readonly<Partial<Record<Role, string>>> = {
  input: 'prompt_tokens',
  output: 'completion_tokens',
  total: 'total_tokens',
  read: 'cached_tokens',
  write: 'cache_write_tokens',
  reasoning: 'reasoning_tokens'
};

interface Shown {
  readonly value: number;
  /** The text between the figure before and this one, and between this one and the next. */
  readonly before: string;
  readonly behind: string;
}

/** The named figures of a line; undefined where some are not understood. */
function figuresIn(line: string): Figures | undefined {
  const sum = SUM.exec(line);
  if (sum !== null && Number(sum[1]) + Number(sum[2]) === Number(sum[3])) {
    return new Map<Role, number>([
      ['input', Number(sum[1])],
      ['output', Number(sum[2])],
      ['total', Number(sum[3])]
    ]);
  }
  const shown = shownIn(line);
  const listed = byList(shown);
  if (listed !== undefined) {
    return listed;
  }
  const [named, followed] = [byNames(shown, nameBefore), byNames(shown, nameBehind)];
  const isBoth = (figures: Figures | undefined): boolean =>
    figures?.has('input') === true && figures.has('output');
  return isBoth(named) || !isBoth(followed) ? named : followed;
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

/** `in/out/total: 12/34/46`: as many names before the first figure as there are figures. */
function byList(shown: readonly Shown[]): Figures | undefined {
  const roles = shown.length < 2 ? [] : labelsIn(shown[0].before).map(({ role }) => role);
  const isRow = shown.slice(1).every(({ before }) => /^ ?[/|,+] ?$/.test(before));
  return isRow && roles.length === shown.length && new Set(roles).size === roles.length
    ? new Map(roles.map((role, at) => [role, shown[at].value]))
    : undefined;
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
  const isFree = BEHIND.test(behind) || labelsIn(behind).some(({ start }) => start <= 1);
  if (last !== undefined && isGap(gap) && !NEXT_ITEM.test(gap) && isFree) {
    return narrowest(labels);
  }
  const share = nameBehind({ value: 0, before: '', behind });
  return share === 'read' || share === 'reasoning' || share === 'write' ? share : undefined;
}

function nameBehind({ behind }: Shown): Role | undefined {
  const part = behind.split(SEPARATOR).find(one => /\S/.test(one.replace(/tok(?:en)?s?/gi, '')));
  const labels = part === undefined ? [] : labelsIn(part);
  if (part === undefined || labels.length === 0) {
    return undefined;
  }
  const rest = part.slice(labels[0].end);
  // `12 in vocab`: one of the words of every day; `12 output=34`: the name of what follows.
  const isOther = /^[=:]/.test(rest) || (labels[0].end - labels[0].start <= 3 && NOUN.test(rest));
  const isNear = !isOther && isGap(part.slice(0, labels[0].start));
  return isNear ? narrowest(labels.slice(0, 2)) : undefined;
}

/** `cached input`, `reasoning output`: the share, not the side. */
function narrowest(labels: readonly Label[]): Role | undefined {
  const share = labels.find(({ role }) => ['read', 'write', 'reasoning'].includes(role));
  return (share ?? labels.at(-1))?.role;
}

function isGap(gap: string): boolean {
  return gap.length <= 40 && [...gap.matchAll(WORDS)].every(([word]) => areBetween(word));
}

function areBetween(word: string): boolean {
  return BETWEEN.test(word) || /^(?:个|数|量|长度|消耗|使用|用|为|是|了|词元|令牌)+$/.test(word);
}

interface Label {
  readonly role: Role;
  readonly start: number;
  readonly end: number;
}

function labelsIn(text: string): readonly Label[] {
  return [...text.matchAll(LABEL)].map(match => {
    const [role] = Object.entries(match.groups ?? {}).find(([, word]) => word !== undefined) ?? [];
    return { role: role as Role, start: match.index, end: match.index + match[0].length };
  });
}
