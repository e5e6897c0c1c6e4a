/**
 * Reads usage from lines in which the numbers do not follow their names.
 *
 * It has a small table of such lines: `26 prompt tokens, 120 completion tokens`, the chats and tables of R's ellmer.
 */

import { areLimits, namesTokens } from './about';
import type { Kind, Reading } from './reading';
import { plainName } from './vocabulary';

/** How far apart two figures of one line may be. */
const FARTHEST = 80;
const LONGEST_LINE = 1_000;
const FIGURE_FIRST =
  /(?<![\w.,])(\d[\d,]{0,14}) (?:(prompt|input(?! (?:variable|column|file|field|feature|shape|dim|node|channel|layer|image|row|document|record|parameter|tensor))|in(?! (?!tok|and\b|out\b|total)[a-z]))|(completion|output|out(?! (?!tok|and\b|in\b|total)[a-z])|generated))\b(?![=:])(?! tokens?(?: per|\/|\s?[:=]\s?\d))/gi;
/** `The prompt used 12 tokens and the completion 34 tokens`, `输入12个token`; a sign between them is read as a structure. */
const IN_PROSE =
  /(?:\b(?:prompt|input|question|request)s?\b|输入|提示词?)[^\d\n.,;:=|/]{0,24}?(?<![\w.,])(\d[\d,]{0,14}) ?个? ?(?:tokens?|toks?|词元|令牌)(?! ?(?:per|\/))/gi;
const OUT_PROSE =
  /(?:\b(?:completion|output|response|answer|reply|generation)s?\b|输出|生成|回复)[^\d\n.,;:=|/]{0,24}?(?<![\w.,])(\d[\d,]{0,14}) ?个? ?(?:tokens?|toks?|词元|令牌)(?! ?(?:per|\/))/gi;
/** `46 tokens (prompt 12, completion 34)`. */
const PAIR =
  /\b(?:prompt|input|in)[ =]+(\d[\d,]{0,14})\b[ ,;/|+&]{1,4}(?:and )?(?:completion|output|out)[ =]+(\d[\d,]{0,14})\b/i;
/** Words of a line that speaks of bounds, rates or prices and not of what was used. */
const NO_USE =
  /\b(?:max(?:imum)?|min(?:imum)?|limits?|up to|at most|at least|average|avg|mean|median|per|rate|remaining|left|budget|quota|context window|supports?|allows?|each|every|template|format)\b|最大|上限|上下文|限制|平均|\$ ?\d[\d.]* ?(?:\/|per)/i;
/** The same for pairs that name what they count twice, beside which speeds and costs may stand. */
const NO_PAIR =
  /\b(?:max(?:imum)?|limits?|up to|at most|average|avg|mean|each|every|example|instance|if|would)\b/i;
/** What may follow a pair of figures on its line. */
const CACHED = /"?cached_tokens"?[:=] ?(\d{1,12})/;
const REASONING = /"?reasoning_tokens"?[:=] ?(\d{1,12})/;
/** ellmer's print of a chat: the sums of its turns. */
const CHAT =
  /<Chat (?:([\w .-]{1,60})\/)?([\w.:-]{1,80}) turns=\d+ (?:tokens=(\d+)\/(\d+)|input=(\d+) output=(\d+))/;
const TURN = /\[input=(\d+) output=(\d+) cost=/;
const NUMBERS = /^\d{1,12}$/;

/**
 * The readings in the lines of a text.
 *
 * @param text - without ANSI codes and markup.
 */
export function readLines(text: string): readonly Reading[] {
  const readings: Reading[] = [];
  let columns: readonly string[] | undefined;
  for (const line of text.split('\n')) {
    if (line.length > LONGEST_LINE) {
      continue;
    }
    const header = columnsOf(line);
    const row =
      columns === undefined || header !== undefined ? undefined : rowReading(columns, line);
    columns = header ?? (row === undefined && !isTypes(line) ? undefined : columns);
    readings.push(...(row === undefined ? [] : [row]), ...figureFirst(line).filter(isNoLimit));
    readings.push(...inProse(line).filter(isNoLimit), ...ellmer(line));
  }
  return readings;
}

function figureFirst(line: string): readonly Reading[] {
  if (!/token/i.test(line) || NO_PAIR.test(line)) {
    return [];
  }
  const found = [...line.matchAll(FIGURE_FIRST)];
  const input = found.find(match => match[2] !== undefined);
  const output = found.find(match => match[3] !== undefined);
  const isPair = input !== undefined && output !== undefined && found.length === 2;
  if (!isPair || Math.abs(input.index - output.index) > FARTHEST || !namesTokens(line)) {
    return [];
  }
  const made = reading(
    /total|sum|session|so far|cumulative|accumulated|running/i.test(line.slice(0, 20))
      ? 'sum'
      : 'call',
    input[1],
    output[1]
  );
  return [withDetails(made, line.slice(Math.max(input.index, output.index)))];
}

function isNoLimit({ usage }: Reading): boolean {
  const { inputTokens = 0, outputTokens = 0 } = usage;
  return inputTokens + outputTokens > 0 && !areLimits(inputTokens, outputTokens);
}

/** Adds the details that are printed behind a pair: `12 input, 34 output, {"cached_tokens": 10}`. */
function withDetails(made: Reading, rest: string): Reading {
  const [cached, reasoning] = [CACHED.exec(rest)?.[1], REASONING.exec(rest)?.[1]];
  return {
    ...made,
    usage: {
      ...made.usage,
      ...(cached !== undefined && { cacheReadInputTokens: Number(cached) }),
      ...(reasoning !== undefined && { reasoningOutputTokens: Number(reasoning) })
    }
  };
}

function inProse(line: string): readonly Reading[] {
  // `TokenBudget(input=12, output=34)`: the words within a name.
  const words = line.replace(/([a-z])(?=[A-Z])/g, '$1 ');
  if (!/tok|词元|令牌|usage/i.test(line) || NO_USE.test(words)) {
    return [];
  }
  const pair = PAIR.exec(line);
  if (pair !== null) {
    return namesTokens(words) ? [reading('call', pair[1], pair[2])] : [];
  }
  const [inputs, outputs] = [[...line.matchAll(IN_PROSE)], [...line.matchAll(OUT_PROSE)]];
  const isOne = inputs.length === 1 && outputs.length === 1 && inputs[0].index !== outputs[0].index;
  return isOne ? [reading('call', inputs[0][1], outputs[0][1])] : [];
}

function ellmer(line: string): readonly Reading[] {
  const chat = CHAT.exec(line);
  if (chat !== null) {
    const made = reading('counter', chat[3] ?? chat[5], chat[4] ?? chat[6], chat[2]);
    return [made];
  }
  const turn = TURN.exec(line);
  return turn === null ? [] : [reading('call', turn[1], turn[2])];
}

/** The head of ellmer's `token_usage()`, as a data frame or a tibble. */
function columnsOf(line: string): readonly string[] | undefined {
  const columns = line.trim().split(/\s+/);
  const has = (name: string): boolean => columns.includes(name);
  return has('model') && has('input') && has('output') && columns.length <= 12
    ? columns
    : undefined;
}

/** A tibble's second line: `<chr> <chr> <dbl>`. */
function isTypes(line: string): boolean {
  return /^\s*(?:<\w+>\s*)+$/.test(line);
}

function rowReading(columns: readonly string[], line: string): Reading | undefined {
  const cells = line.trim().split(/\s+/);
  // Rows begin with their number.
  const at = (name: string): string => cells[columns.indexOf(name) + 1] ?? '';
  const [input, output] = [at('input'), at('output')];
  if (cells.length !== columns.length + 1 || !NUMBERS.test(input) || !NUMBERS.test(output)) {
    return undefined;
  }
  const cached = columns.find(name => plainName(name) === 'cached_input');
  const made = reading('counter', input, output, at('model').replaceAll('"', ''));
  return cached !== undefined && NUMBERS.test(at(cached))
    ? // ellmer counts cached input beside the rest.
      {
        ...made,
        usage: {
          ...made.usage,
          inputTokens: Number(input) + Number(at(cached)),
          cacheReadInputTokens: Number(at(cached))
        }
      }
    : made;
}

function reading(kind: Kind, input: string, output: string, model?: string): Reading {
  const count = (shown: string): number => Number(shown.replaceAll(',', ''));
  return {
    kind,
    usage: { inputTokens: count(input), outputTokens: count(output) },
    ...(model !== undefined && model !== '' && { model })
  };
}
