/**
 * Usage in lines whose figures do not stand behind their names.
 *
 * Owns a small table of such lines: `26 prompt tokens, 120 completion tokens`, the chats and tables of R's ellmer.
 */

import type { Kind, Reading } from './reading';
import { plainName } from './vocabulary';

/** How far apart two figures of one line may be. */
const FARTHEST = 80;
const LONGEST_LINE = 1_000;
const FIGURE_FIRST =
  /(?<![\w.,])(\d[\d,]{0,14}) (?:(prompt|input|in)|(completion|output|out|generated))\b(?! tokens?(?: per|\/))/gi;
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
    readings.push(...(row === undefined ? [] : [row]), ...figureFirst(line), ...ellmer(line));
  }
  return readings;
}

function figureFirst(line: string): readonly Reading[] {
  if (!/token/i.test(line)) {
    return [];
  }
  const found = [...line.matchAll(FIGURE_FIRST)];
  const input = found.find(match => match[2] !== undefined);
  const output = found.find(match => match[3] !== undefined);
  const isPair = input !== undefined && output !== undefined && found.length === 2;
  if (!isPair || Math.abs(input.index - output.index) > FARTHEST) {
    return [];
  }
  return [reading(/total|sum/i.test(line.slice(0, 20)) ? 'sum' : 'call', input[1], output[1])];
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
