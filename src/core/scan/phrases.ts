/**
 * Usage in lines that people format for people: words for the two sides of a call, beside their figures, in any order.
 *
 * A line counts when it, or a heading above it, speaks of tokens. Its figures are named by the words before them
 * (`in 12, out 34`), by those behind (`12 in / 34 out`), or by a list (`in/out: 12/34`); lines that follow each other are
 * one call until a name comes again. Lines of bounds, prices, examples and running sums are left out.
 */

import { areLimits, namesTokens, speaksOfTokens, withoutAsides } from './about';
import { labelsIn } from './labels';
import { figuresIn, hasNames } from './naming';
import type { Figures } from './unnamed';
import type { Role } from './vocabulary';

const LONGEST_LINE = 400;
const LONGEST_HEADING = 60;
/** How many lines without a figure may stand in one call. */
const MOST_EMPTY = 2;
/** A longer paragraph is data. */
const MOST_LINES = 60;

/** `Tokens used for this request: 46`. */
const ANNOUNCED = /^[^\d]*\btokens?\b[^\d:]*[:=] ?(\d[\d,]*)(?: tokens?)?[^\w]*$/i;
/** Texts that are printed beside the figures; in braces they are structures. */
const QUOTED = /(?<![\w])(["'])(?=[^"'\n]*\p{L})(?:(?!\1)[^{}\n]){0,200}\1(?!\w|\s*[:=,)])/gu;
/** `tokens: '12 + 34 = 46'`. */
const FIGURES = /(["'])([^"'\p{L}\n]{1,60})\1/gu;
/** Structures have a reader of their own. */
const STRUCTURE = /["'{}<>]|--[a-z]|\w\(\w+=|^\s*\w+ ?[=:] ?\S+,$/;
/** A running sum beside the figures of a call. */
const RUNNING =
  /[([](?:(?:session|cumulative|cum|running(?: total)?|accumulated|so far|total so far)[: ][^()[\]\n]{0,80}|total:? \d[\d,]* ?\/ ?\d[\d,]*)[)\]]/gi;
/** Which of the tokens of a side are of which kind: `input: 46 (audio: 12)`. */
const MODALITIES =
  /[([](?:audio|text|images?|videos?|documents?)(?: tokens?)?[:= ]{1,2}\d[\d,]{0,14}(?:, (?:audio|text|images?|videos?|documents?)(?: tokens?)?[:= ]{1,2}\d[\d,]{0,14}){0,4}[)\]]/gi;
/** `audio_input_tokens: 12`: a part of a side. */
const OF_MODALITY =
  /(?<![a-z]|(?:in|out)put )(?:audio|images?|videos?|text)[ _](?:input|output|prompt|completion|total)[ _]tok/i;
/** Words of lines about something else than what a call has used. */
const NO_USE =
  /(?<![a-z])(?:max(?:imum)?|min(?:imum)?|limit(?:s|ed)?|up to|at most|at least|average|avg|mean|median|std|p\d\d(?!\d)|per|rate|rates|remaining|left|budget|quota|window|supports?|allows?|requested|if|would|could|should|can|may|example|instance|suppose|assuming|typically|usually|approximately|roughly|about|around|estimated?|expected|prices?|pricing|shape|assert|def|return|raise|import|template|format|saved|session|cumulative|accumulated|overall|so far|all calls|files?|dis[ck]|memory|cpu|gpu|network|batch|seq|chunks?|dataset|documents?|each|every|context|total[ _](?:input|output|prompt|completion))(?![a-z])|tok(?:en)?s?\/|最大|上限|上下文(?!消耗|用量)|限制|价格|单价|百万|平均|累计|估计|预计|剩余|约|例如|如果/i;
/**
 * The usages in such lines.
 *
 * @param text - without terminal codes and markup.
 * @returns each as JSON that the reader of structures knows.
 */
export function readPhrases(text: string): readonly string[] {
  const phrases = new Phrases();
  for (const paragraph of text.split(/\n(?=[ \t]*\n)/)) {
    const lines = paragraph.split('\n');
    const like = lines.length <= MOST_LINES ? lines.filter(namesTokens).map(shapeOf) : [];
    for (const line of lines) {
      phrases.addLine(line, like.length > 0 && like.includes(shapeOf(line)));
    }
  }
  return phrases.finish();
}

/** The names of both sides and others, as they follow each other: lines of one form are about one thing. */
function shapeOf(line: string): string {
  const roles = line.length > LONGEST_LINE ? [] : labelsIn(line).map(({ role }) => role);
  return roles.includes('input') && roles.includes('output')
    ? roles.filter(role => role !== 'total').join(' ')
    : line;
}

class Phrases {
  /** @param isAlike - it has the form of a line that speaks of tokens. */
  addLine(printed: string, isAlike: boolean): void {
    if (OF_MODALITY.test(printed)) {
      return;
    }
    const isBlank = printed.trim() === '';
    if (isBlank && this._isHalf()) {
      // Paragraphs of Markdown below one heading.
      this._empty += 1;
      return;
    }
    const isAbout = !isBlank && (isAlike || speaksOfTokens(printed));
    if (!isBlank && !isAbout && !this._isHeaded && !this._isOneSided()) {
      return this._addEmpty();
    }
    const line = withoutTexts(printed);
    if (isBlank || line.length > LONGEST_LINE || STRUCTURE.test(line)) {
      this._end(isBlank && this._isFresh);
      return;
    }
    const isHeading = isAbout && line.length <= LONGEST_HEADING && !/\d/.test(line);
    if (isHeading || hasNames(line) || totalIn(line) !== undefined) {
      return this._addPlain(
        withoutAsides(line.replace(RUNNING, ' ').replace(MODALITIES, ' ')),
        isAbout,
        isHeading
      );
    }
    this._addEmpty();
  }

  /** A line without prices and speeds. */
  private _addPlain(line: string, isAbout: boolean, isHeading: boolean): void {
    if (isHeading || NO_USE.test(line)) {
      this._end(isHeading && !NO_USE.test(line));
      return;
    }
    const total = isAbout ? totalIn(line) : undefined;
    if (total !== undefined) {
      this._end(true);
      this._announced = total;
      return;
    }
    const isShort = line.length <= LONGEST_HEADING;
    const isNext = isShort && this._isOneSided();
    const isRead = isAbout || (this._isHeaded && isShort) || isNext;
    const figures = isRead ? figuresIn(line) : undefined;
    const isOther = isNext && !isAbout && !this._isHeaded && figures?.has('output') !== true;
    if (figures === undefined || figures.size === 0 || isOther) {
      return this._addEmpty();
    }
    this._add(figures);
    this._isBeside ||= IS_BESIDE.test(line);
    this._isWithin ||= IS_WITHIN.test(line);
  }

  private _addEmpty(): void {
    this._empty += 1;
    if (this._empty > MOST_EMPTY) {
      this._end(false);
    }
  }

  finish(): readonly string[] {
    this._end(false);
    return this._done;
  }

  /** One side of a headed block is known and the other is still to come. */
  private _isHalf(): boolean {
    const { size } = this._figures;
    return this._isHeaded && size === 1 && !this._figures.has('total') && this._empty === 0;
  }

  /** The line above stated the input and nothing else. */
  private _isOneSided(): boolean {
    return this._figures.size === 1 && this._figures.has('input') && this._empty === 0;
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
    const sum = (figures.get('input') ?? 0) + (figures.get('output') ?? 0);
    const isAnnounced = this._announced === undefined || this._announced === sum;
    this._announced = undefined;
    if (!isAnnounced) {
      figures.clear();
    }
    const isCall =
      [...figures.values()].some(figure => figure > 0) &&
      !areLimits(figures.get('input'), figures.get('output'));
    if ((figures.has('input') || figures.has('miss')) && figures.has('output') && isCall) {
      const names = this._isBeside && !this._isWithin ? { ...FIELDS, ...BESIDE } : FIELDS;
      const fields = [...figures].map(([role, figure]) => [names[role], figure]);
      this._done.push(JSON.stringify(Object.fromEntries(fields)));
    }
    this._figures = new Map();
    this._isBeside = false;
    this._isWithin = false;
    this._isHeaded = isHeaded;
    this._isFresh = isHeaded;
    this._empty = 0;
  }

  private readonly _done: string[] = [];
  private _figures = new Map<Role, number>();
  /** The cache stands beside the input, as Anthropic names them. */
  private _isBeside = false;
  /** A name shows that the cache is a part of the input. */
  private _isWithin = false;
  /** A heading about tokens stands above. */
  private _isHeaded = false;
  /** The total that a line above states. */
  private _announced?: number;
  /** Nothing stands between it and what follows. */
  private _isFresh = false;
  private _empty = 0;
}

/** `usage for call 1: in 12`: which of the calls it is. */
const NUMBERED =
  /\b(?:call|request|turn|step|run|round|iteration|attempt|message|job|task|item|example|page|chunk|batch|document|file|sample|question|row|record)(?: #?|#)\d{1,3}(?: ?(?:of|\/) ?\d{1,4})?(?=\s?(?:[:\])]|→))/gi;
/** `cached=n/a`: a share that is not known. */
const UNKNOWN =
  /(?<![\p{L}])[\p{L}][\p{L}_ ]{1,24}\s?[=:]\s?(?:n\/a|none|null|unknown|未返回|[-–—?])(?![\p{L}\d])/giu;
/** `notes.txt: 12 in`: the file that the call was about. */
const OF_FILE = /^\s*[\w./-]{1,60}\.[a-z]\w{0,4}\s?[:|→]\s/i;
/** `app.main:ask:42 - `: the line of a program that logs. */
const LOCATION = /(?<![\w.])[\w.]{1,60}:[\w.<>]{1,60}:\d{1,5}(?= [-|])/g;
/** Arrows of any spelling are one; a text in quotes and an apostrophe say nothing. */
function withoutTexts(line: string): string {
  const plain = line
    .replace(/^\s*[\w.-]{0,20}[<>]+ /, '')
    .replace(/[-=~]{1,2}>/g, '→')
    .replace(NUMBERED, 'call')
    .replace(UNKNOWN, ' ')
    .replace(OF_FILE, '')
    .replace(LOCATION, ' ')
    .replace(/\bqwen-(?:max|plus|turbo)\b/gi, 'model')
    .replace(/(?<=\w)'(?=\w)/g, '’');
  return /[{}]/.test(plain) ? plain : plain.replace(FIGURES, '$2').replace(QUOTED, ' ');
}

/** A line about tokens that states nothing but a total, above those who share in it. */
function totalIn(line: string): number | undefined {
  const found = line.length <= LONGEST_HEADING ? ANNOUNCED.exec(line)?.[1] : undefined;
  return found === undefined || labelsIn(line).some(({ role }) => role !== 'total')
    ? undefined
    : Number(found.replaceAll(',', ''));
}

/** Anthropic's names; only its words for the cache speak of its creation. */
const IS_BESIDE =
  /cache_(?:read|creation)_input_tokens|cached?[ _-]?creat(?:e|ion)|缓存创建|创建缓存/i;
/** Names that Anthropic does not have: of dialects that count what was read from the cache in the input. */
const IS_WITHIN = /(?<![a-z])prompt|reasoning_output_tokens/i;
const BESIDE = {
  input: 'input_tokens',
  output: 'output_tokens',
  read: 'cache_read_input_tokens',
  write: 'cache_creation_input_tokens'
};
const FIELDS: Readonly<Partial<Record<Role, string>>> = {
  input: 'prompt_tokens',
  output: 'completion_tokens',
  total: 'total_tokens',
  read: 'cached_tokens',
  write: 'cache_write_tokens',
  miss: 'uncached_input_tokens',
  reasoning: 'reasoning_tokens'
};
