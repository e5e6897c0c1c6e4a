/**
 * Which words of a line reach to a figure: the last name before it, and the first one behind it.
 *
 * What may stand between a name and its figure, and what else a word of every day may name, is said here.
 */

import type { Label } from './labels';
import { labelsIn } from './labels';
import type { Role } from './vocabulary';

/** Ends the reach of a name. */
const SEPARATOR = /[,;|·•(+&\n]|==|(?<!\.)\.(?=\s)|[)\]] ?[[(]|[!?](?= )|(?<=\s)\/(?=\s)|\band\b/;
/** Signs between a name and its figure, the strongest first. */
const STRENGTHS: readonly (readonly [RegExp, number])[] = [
  [/[=:][\s*_`"']*[(\[]?$/, 3],
  [/[[(]\s?$/, 2.5],
  [/(?:→|\||\s[-–—]+)\s*$/, 1.5]
];
/** A word that is none of those of calls. */
const NOUN = /^ +(?!tok|tk|and\b|total|in\b|out\b|the\b|this\b|(?:over|across|for|from) *$)[a-z]/i;
/** What else may have an input and an output: `3 input variables`. */
const OTHER_NOUN =
  /^ (?:(?:variable|column|file|field|feature|shape|dim(?:ension)?|size|node|channel|layer|image|row|document|record|message|word|char(?:acter)?|line|byte|parameter|template|schema|modalit(?:y|ie)|id|sentence|sample|example|neuron|unit|tensor|device|pin|port|stream|buffer|queue|worker|shard|partition|batch|step|value|length|rate|speed|price|cost|limit|budget|window)(?:s|es)?)\b/i;
/** What may stand between a name and its figure, but for signs. */
const BETWEEN =
  /^(?:tok(?:en)?s?|tkn?s?|with|count|used?|usage|share|part|side|your|my|this|our|its|an?|to|on|went|into|number|num|of|is|was|were|which|consumed|took|text|size|length|for|from|the|by|in|them|those|these|being|as|went|came|got|been|长度|个|数量?|消耗|使用|用量|为|是|了|词元|令牌)$/i;
const WORDS = /[a-z]+|[\u4e00-\u9fff]+/gi;
/** What may stand behind a figure that is named before it. */
const BEHIND =
  /^[\s*_`]*(?:$|[^\sa-z\d条行句字篇张页次份轮秒元块]|(?:tok(?:en)?s?|tkn?s?|and|total|in|out)(?![a-z]))/i;
/** The name of what stands behind a figure. */
const IS_NEXT_NAME = /^(?: ?tok(?:en)?s?)? {1,4}[\p{L}_][\p{L}\d_. -]{0,24}?\s?[=:]/u;
/** Between a share and its side: `cached input tokens`, `prompt tokens (cached)`. */
const JOINS = /^[ _-]{0,3}(?:tok(?:en)?s?)?[ _-]{0,3}\(?$/i;
const IS_SIGNED = /^(?:[ _]?tok(?:en)?s?)?[\s*_`"']{0,3}[=:][\s*_`"'([]*$/i;
const IS_SUMMED = /^(?:[ _]?tok(?:en)?s?)?[ )\]]{0,3}= *$/i;
const IS_IN = /^in (?:the |this |your |its |our )?$/i;
/** Parts of a side. */
export const SHARES: readonly Role[] = ['read', 'write', 'miss', 'reasoning'];
/** A figure of a line, and what stands around it. */
export interface Shown {
  readonly value: number;
  /** The text between the figure before and this one, and between this one and the next. */
  readonly before: string;
  readonly behind: string;
  readonly hasNext: boolean;
}

/** A word that may name a figure. */
export interface Candidate {
  readonly role: Role;
  /** Where it stands, counted from the figure before which or behind which it stands. */
  readonly gap: number;
  readonly side: 'before' | 'behind';
  readonly strength: number;
}

/** The names in a text, in its order; a share and its side beside each other are the share. */
export function namesIn(text: string): readonly Label[] {
  const names: Label[] = [];
  const labels = labelsIn(text);
  for (const [at, label] of labels.entries()) {
    const next = labels.at(at + 1);
    // `12 tokens in the prompt`: a preposition.
    if (next !== undefined && IS_IN.test(text.slice(label.start, next.start))) {
      continue;
    }
    const last = names.at(-1);
    const gap = text.slice(last?.end ?? 0, label.start);
    const isJoined =
      last !== undefined && JOINS.test(gap) && (!gap.endsWith('(') || text[label.end] === ')');
    const shares = [last?.role, label.role].filter(
      role => role !== undefined && SHARES.includes(role)
    );
    if (last !== undefined && isJoined && shares.length === 1) {
      names[names.length - 1] = {
        role: shares[0] ?? label.role,
        start: last.start,
        end: label.end
      };
    } else {
      names.push(label);
    }
  }
  return names;
}

/** The last name before a figure. */
export function nameBefore({ before, behind }: Shown): Candidate | undefined {
  const name = namesIn(before).at(-1);
  if (name === undefined) {
    return undefined;
  }
  const gap = before.slice(name.end);
  const isFree = BEHIND.test(behind) || isLabelNext(behind) || IS_NEXT_NAME.test(behind);
  const isShare = SHARES.includes(name.role) && /[=:] ?$/.test(gap) && !OTHER_NOUN.test(behind);
  const reach = gap.replace(/[[(]\s?$|\(\w{1,12}\)|^\s*\|\s*$/, '');
  const isList = /\[\s?$/.test(gap) && !/^(?: ?tok(?:en)?s?)? ?\]/i.test(behind);
  if ((!isFree && !isShare) || isList || !isGap(gap) || SEPARATOR.test(reach)) {
    return undefined;
  }
  const strength = STRENGTHS.find(([sign]) => sign.test(gap))?.[1] ?? 2;
  return { role: name.role, gap: -gap.length, side: 'before', strength };
}

function isLabelNext(behind: string): boolean {
  const [next] = labelsIn(behind);
  return next !== undefined && (next.start <= 1 || behind.slice(0, next.start).trim() === '');
}

/** The first name behind a figure. */
export function nameBehind({ behind, hasNext }: Shown): Candidate | undefined {
  const [name] = namesIn(behind);
  if (name === undefined) {
    return undefined;
  }
  const [gap, rest] = [behind.slice(0, name.start), behind.slice(name.end)];
  // `12 in vocab`: one of the words of every day; `12 output=34`: the name of what follows.
  const isNextName =
    /^[=:]/.test(rest) || (hasNext && IS_SIGNED.test(rest) && !IS_SUMMED.test(rest));
  // `12 in + 34 out = 46`: what follows may be the sum.
  const isSum = IS_SUMMED.test(rest);
  const isShort = name.end - name.start <= 3;
  const isOther = isNextName || OTHER_NOUN.test(rest) || (isShort && NOUN.test(rest));
  const isNear = !isOther && isGap(gap) && !/[:=→]|[-–—]\s|^[.)]/.test(gap);
  return isNear && !SEPARATOR.test(gap.replace('(', ''))
    ? { role: name.role, gap: gap.length, side: 'behind', strength: isSum ? 1 : 1.9 }
    : undefined;
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
