/**
 * Reads one text: everything that is in it, in whatever form.
 *
 * The only entry to the readers of forms; never throws, whatever the text is.
 */

import { withoutBesides } from './besides';
import { withSigns } from './labelled';
import { inEnglish } from './languages';
import { readLines } from './lines';
import type { OutputPattern } from './patterns';
import { readPatterns } from './patterns';
import { readPhrases } from './phrases';
import { windowsOf, withoutMarkup, withoutTerminalCodes } from './plaintext';
import { readProven } from './proven';
import type { Reading } from './reading';
import { agrees, mergedReading } from './reading';
import { readingsOf } from './readings';
import { readRLists } from './rlist';
import { withoutRuntimes } from './runtimes';
import { unstacked } from './stacked';
import { withoutSource } from './listing';
import { readStructures } from './structure';
import { readTables } from './tables';
import { withoutOtherTopics } from './topics';

/** R's print of a text that holds JSON. */
const R_JSON = /^\[1\] "((?:data: ?)?[{[](?:[^"\\\n]|\\.)*)"[ \t]*$/gm;

/** How a text is written. */
export type Markup = 'plain' | 'html';

/** One text of an output. */
export interface OutputText {
  readonly text: string;
  readonly markup: Markup;
}

/** A repr of bytes or of a text that holds JSON, as `print(response.content)` writes it. */
const QUOTED_JSON =
  /^\(?b?(["'])(?:data: ?)?(?:\\{1,15}")*[{[].*[}\]](?:\\{1,15}")*(?:\\r|\\n)*\1\)?$/;
/** Where `pprint` breaks a long text in two. */
const PART_END = /(["'])\n[ \t]+b?\1(?!\s*:)/g;

/**
 * The usages that a text shows, in its order.
 *
 * @param output - the text.
 * @param patterns - the user's own.
 */
export function scanText(
  output: OutputText,
  patterns: readonly OutputPattern[] = []
): readonly Reading[] {
  const { text, markup } = output;
  const own = patterns.length === 0 ? [] : readPatterns(text, patterns);
  return [...own, ...windowsOf(text).flatMap(window => readWindow(window, markup))];
}

function readWindow(window: string, markup: Markup): readonly Reading[] {
  const text = markup === 'html' ? withoutMarkup(window) : window;
  const signs = unescapedAll(withoutTerminalCodes(text)).replace(
    /[：，；│┃║┆┇┊┋╎╏（）＝／＋．｜０-９]/g,
    plainSign
  );
  const english = inEnglish(withoutRuntimes(signs));
  const plain = withSigns(withoutOtherTopics(withoutBesides(unstacked(withoutSource(english)))));
  const structures = [plain, ...readRLists(plain), ...readTables(plain)].flatMap(readStructures);
  const readings = readingsOf(structures);
  const phrases = readingsOf([...readPhrases(plain), ...readProven(plain)].flatMap(readStructures));
  const all = withPhrases(readings, phrases);
  const lines = readLines(plain).filter(line => !all.some(one => isPartOf(line, one)));
  return [...all, ...lines.map(line => withDetails(line, all))];
}

/** A pair of figures of a line, with the shares that were read beside them otherwise. */
function withDetails(line: Reading, all: readonly Reading[]): Reading {
  const same = all.find(one => agrees(one, line));
  return same === undefined ? line : { ...mergedReading(line, same), kind: line.kind };
}

/** Adds what phrases say to what structures say; both may be about one call, or the structure about several. */
function withPhrases(
  readings: readonly Reading[],
  phrases: readonly Reading[]
): readonly Reading[] {
  const all = readings.filter(
    one => one.responseId !== undefined || !phrases.some(whole => isPartOf(one, whole))
  );
  for (const phrase of phrases.filter(one => !readings.some(whole => isPartOf(one, whole)))) {
    const same = readings.filter(reading => agrees(reading, phrase));
    const at = all.findIndex(reading => agrees(reading, phrase));
    if (at < 0) {
      all.push(phrase);
    } else if (same.every(({ kind }) => kind === 'call')) {
      all[at] = mergedReading(all[at], phrase);
    } else if (same.length === 1) {
      all[at] = { ...mergedReading(all[at], phrase), kind: all[at].kind };
    }
  }
  return all;
}

/**
 * A line that is nothing but a text in quotes, as the value of a cell and R's `print` show it. One that is indented is an item of
 * a structure, and one without a figure says nothing.
 */
const QUOTED_LINE =
  /^(?:[ \t]*\[\d{1,6}\][ \t]*| ?)(["'])(?=[^\n]*\d)((?:(?!\1)[^\\\n{[]|\\.)*)\1,?[ \t]*$/gm;

/** Whether one says of the same call only what was printed without its cache or its thoughts. */
function isPartOf({ usage: part }: Reading, { usage }: Reading): boolean {
  const { cacheReadInputTokens = 0, cacheWriteInputTokens = 0, reasoningOutputTokens = 0 } = usage;
  const beside = (usage.inputTokens ?? 0) - (part.inputTokens ?? 0);
  const thought = (usage.outputTokens ?? 0) - (part.outputTokens ?? 0);
  const isInput = beside === 0 || beside === cacheReadInputTokens + cacheWriteInputTokens;
  const isOutput = thought === 0 || thought === reasoningOutputTokens;
  return isInput && isOutput && beside + thought > 0;
}

/** How often a text may be escaped. */
const MOST_ESCAPES = 4;
/** The name of a figure in such a text, and the same under any name. */
const ESCAPED_NAME = /\\"\w{0,40}tok\w{0,40}\\{1,15}"/;
const ANY_PAYLOAD =
  /([\w.-]{1,40})(["']?\s?[=:]\s?)(?:'(\{(?:[^'\\\n]|\\.)*\})'|"(\{(?:[^"\\\n]|\\.)*\})")/g;
/** JSON as the text of an event or a body: `ServerSentEvent(event=None, data='{...}')`. */
const PAYLOAD =
  /\b(data|body|text|payload|[\w.]{0,40}[uU]sage|content|result|response|output|raw|json)(["']?\s?[=:]\s?)b?(?:'(\{(?:[^'\\\n]|\\.)*\})'|"(\{(?:[^"\\\n]|\\.)*\})")/g;

function payload(_: string, name: string, sign: string, single?: string, double?: string): string {
  return name + sign + (single === undefined ? unescaped(double ?? '') : unescaped(single));
}

/** A body in an event in a log is escaped as often as it was printed into another. */
function unescapedAll(printed: string): string {
  let text = unquoted(printed.replace(PAYLOAD, payload));
  for (let depth = 1; depth < MOST_ESCAPES && text.includes('\\"'); depth += 1) {
    const isNamed = ESCAPED_NAME.test(text);
    text = unquoted(text.replace(isNamed ? ANY_PAYLOAD : PAYLOAD, payload));
  }
  return text;
}

function unquoted(printed: string): string {
  const text = /^[ \t]*(?:\[\d{1,6}\][ \t]*)?["']/m.test(printed)
    ? printed.replace(QUOTED_LINE, (_, _quote: string, line: string) => unescaped(line))
    : printed;
  if (text.includes('[1] "')) {
    return text.replace(R_JSON, (_, json: string) => unescaped(json));
  }
  const trimmed = text.trim().replace(PART_END, '');
  if (!/^\(?b?["']/.test(trimmed) || trimmed.includes('\n') || !QUOTED_JSON.test(trimmed)) {
    return text;
  }
  const quoted = trimmed.replace(/^\(|\)$/g, '');
  return unescaped(quoted.slice(quoted.indexOf(quoted.at(-1) ?? '') + 1, -1));
}

function unescaped(text: string): string {
  return text.replace(/\\(n|r|t|.)/g, unescape);
}

/** Full-width signs and digits, as Chinese and Japanese texts have them, and the bars of drawn tables. */
function plainSign(sign: string): string {
  // The block of full-width forms has the order of ASCII.
  return sign >= '\uff01' && sign !== '｜' ? String.fromCharCode(sign.charCodeAt(0) - 0xfee0) : '|';
}

function unescape(_: string, char: string): string {
  return { n: '\n', r: '\n', t: '\t' }[char] ?? (char === '"' ? '"' : char);
}
