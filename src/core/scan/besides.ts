/**
 * Leaves out what stands beside the figures of a call on its line and is about others: the running sum of a session, and settings
 * of the model with a figure of their own.
 *
 * It does so only where what is left names both sides of the call.
 */

import { labelsIn } from './labels';
import { IS_OTHER } from './topic-words';

const LONGEST_LINE = 400;
const MAY_STAND =
  /session|cumul|running|accumulated|so far|累计|context|limit|avg|budget|max|quota|remaining|each|per |average|tok(?:en)?s?[ :=]{1,3}\d.*tok/i;
/** From a sign on, the sums of the calls up to this one. */
const RUNNING =
  /[ \t]*(?:[|([;·•—–,]|(?<=\s)-|\.(?= ))[ \t]*(?:session|cumulative|cum\.?|run(?:ning)?(?: totals?)|running|accumulated|so far|total so far|累计)(?![a-z])[^\n]*$|;[ \t]*\d[\d,]* (?:tokens? )?in\b[^\n;]{1,12}\d[\d,]* (?:tokens? )?out (?:tokens? )?(?:cumulative|in total|so far|total)\b[^\n]*$/i;
/** Signs between the parts of a line. */
const SIGNS = /( ?[|;—–()] ?| · )/;
const SETTING =
  /^\W*(?:(?:rate )?limits?|max(?:imum)?(?: tokens)?|context(?: window| length| size)?|ctx|budget(?: left| remaining)?|quota|remaining)\b[^\d]{0,12}\d[\d.,]* ?[km]?(?: ?tok(?:en)?s?)?\W*$|^\W*avg\.?[ :=]{1,2}[\d.]+ ?(?:tok(?:en)?s?|t)\/s\W*$|^\W*[\d.,]+(?: ?\/ ?[\d.,]+)?(?: ?tok(?:en)?s?)? (?:each|per (?:call|request|turn)|avg|on average)\W*$|^\W*[\w.-]{0,40},? ?\d+k? (?:context|ctx)(?: window)?\W*$/i;
/** `12 (estimated: 14)`: what was expected of a figure. */
const GUESS = /(?<=\d) \((?:estimated?|est\.?|expected|predicted)[:= ]{1,2}[~≈]?\d[\d,]*\)/gi;
/** Of what the prompt was made. */
const OF_PROMPT =
  /^\W*(?:context|question|query|system|history|retrieved|instructions?)(?: prompt)? tok(?:en)?s?[ :=]{1,3}\d[\d,]*\W*$/i;
const STRUCTURE = /[{]|\w\(\w+=/;

/**
 * A text without such parts of its lines.
 *
 * @param printed - without terminal codes and markup.
 */
export function withoutBesides(printed: string): string {
  const text = printed.replace(GUESS, '');
  return MAY_STAND.test(text) ? text.split('\n').map(withoutParts).join('\n') : text;
}

function withoutParts(line: string): string {
  const isRead = line.length <= LONGEST_LINE && MAY_STAND.test(line) && !STRUCTURE.test(line);
  return isRead ? withoutSettings(withoutRunning(line)) : line;
}

function withoutRunning(line: string): string {
  const found = RUNNING.exec(line);
  const head = found === null ? line : line.slice(0, found.index);
  if (found === null || !namesBoth(head)) {
    return line;
  }
  const isTokens = /tok/i.test(found[0]) && !/tok/i.test(head);
  return isTokens ? `${head} tokens` : head;
}

function withoutSettings(line: string): string {
  const parts = line.split(SIGNS);
  const own = parts.find(namesBoth);
  const whole = parts.filter(part => !OF_PROMPT.test(part));
  if (own === undefined && whole.length < parts.length && namesBoth(whole.join(''))) {
    return whole.join('');
  }
  return own === undefined || IS_OTHER.test(own)
    ? line
    : parts.map(part => (SETTING.test(part) ? '' : part)).join('');
}

/** Whether both sides of a call and two figures are in it. */
function namesBoth(text: string): boolean {
  const roles = labelsIn(text.replaceAll('_', ' ')).map(({ role }) => role);
  return /\d\D+\d/.test(text) && roles.includes('input') && roles.includes('output');
}
