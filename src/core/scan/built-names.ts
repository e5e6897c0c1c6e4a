/**
 * Names of figures that are put together of one side, a word for tokens, and words that only say that it is a count.
 */

import type { Role } from './vocabulary';

/** Words of which names are built: one side, a word for tokens, and words that only say that it is a count. */
const SIDE_WORDS: Readonly<Record<string, Role>> = {
  prompt: 'input',
  input: 'input',
  in: 'input',
  request: 'input',
  query: 'input',
  question: 'input',
  evaluated: 'input',
  inp: 'input',
  req: 'input',
  ctx: 'input',
  sent: 'input',
  completion: 'output',
  output: 'output',
  out: 'output',
  generated: 'output',
  generation: 'output',
  response: 'output',
  answer: 'output',
  reply: 'output',
  candidate: 'output',
  candidates: 'output',
  predicted: 'output',
  outp: 'output',
  compl: 'output',
  cmpl: 'output',
  comp: 'output',
  resp: 'output',
  gen: 'output',
  ans: 'output',
  received: 'output',
  recv: 'output'
};
const COUNT_WORDS = new Set(
  'n nb nr num number no of the count counts counter usage used consumed cnt qty amount text llm'.split(
    ' '
  )
);

/**
 * The side that a name of such words names; undefined for any other.
 *
 * `num_generated_tokens`, `token_usage_prompt`: every word is one of them, and one names a side.
 *
 * @param name - by `plainName`.
 */
export function builtRole(name: string): Role | undefined {
  const words = name.split('_');
  const sides = words.filter(word => Object.hasOwn(SIDE_WORDS, word));
  const tokens = words.filter(word => /^tokens?$/.test(word));
  const counts = words.filter(word => COUNT_WORDS.has(word));
  const isWhole = sides.length === 1 && tokens.length === 1 && words.length === counts.length + 2;
  return isWhole ? SIDE_WORDS[sides[0]] : undefined;
}
