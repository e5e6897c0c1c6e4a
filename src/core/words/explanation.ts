/**
 * Explanations in words: the texts of jupyter_llm_meter/core/data/explanations.json, translated. Loaded with what shows them.
 *
 * A code that this page does not know keeps the server's own text, which is English.
 */

import type { Explanation, ExplanationValue } from '../record/explanation';
import { CHANNEL_TEXTS } from './explained/channels';
import { CHECKUP_TEXTS, PYTHON_TEXTS } from './explained/checkup';
import { LEDGER_TEXTS } from './explained/ledger';
import { LIMIT_TEXTS } from './explained/limits';
import { PRICE_TEXTS } from './explained/prices';
import type { Text, Values } from './explained/texts';
import { VARIABLE_TEXTS } from './explained/variables';
import { problemTitle } from './problem';
import type { Words } from './words';

const TEXTS: ReadonlyMap<string, Text> = new Map(
  [
    CHECKUP_TEXTS,
    PYTHON_TEXTS,
    LIMIT_TEXTS,
    CHANNEL_TEXTS,
    LEDGER_TEXTS,
    PRICE_TEXTS,
    VARIABLE_TEXTS
  ].flatMap(texts => Object.entries(texts))
);

/**
 * Says what happened and what to do.
 *
 * @param explanation - what the server or this page explains.
 * @param words - the translations and the formatter.
 * @returns a sentence or more, or a part of one.
 */
export function explanationText({ code, values, text }: Explanation, words: Words): string {
  const of: Values = name => valueText(values.get(name) ?? '', words);
  return TEXTS.get(code)?.(of, words.trans) ?? specialText(code, of, words) ?? text;
}

/**
 * Says what happened as a sentence of its own.
 *
 * @param explanation - what the server or this page explains.
 * @param words - the translations and the formatter.
 * @returns the text, with a capital letter where the language has them.
 */
export function explanationSentence(explanation: Explanation, words: Words): string {
  const text = explanationText(explanation, words);
  return text.charAt(0).toUpperCase() + text.slice(1);
}

function valueText(value: ExplanationValue, words: Words): string {
  if (typeof value === 'string') {
    return value;
  }
  if (typeof value === 'number') {
    return words.format.count(value);
  }
  return 'code' in value
    ? explanationText(value, words)
    : value
        .map(each => explanationText(each, words))
        .reduce((list, each) => words.trans.__('%1, %2', list, each));
}

/** What the page says in its own way: a moment in the reader's zone, a problem with its title; and texts from outside. */
function specialText(code: string, of: Values, { trans, format }: Words): string | undefined {
  switch (code) {
    case 'service-answers':
      return trans.__('It answers; running since %1.', format.moment(of('since')));
    case 'service-problem': {
      const title = problemTitle({ code: of('problem') }, trans);
      const message = of('message');
      const problem = title === undefined ? message : trans.__('%1: %2', title, message);
      return trans.__('%1 [%2]', problem, of('problem'));
    }
    case 'limits-problem':
      return of('message');
    case 'ledger-broken':
    case 'said':
      return of('error');
    default:
      return undefined;
  }
}
