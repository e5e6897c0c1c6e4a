/**
 * A count of tokens in a sentence, which says with what it was counted.
 */

import { isolated, shortened } from '../record/names';
import type { Words } from '../words/words';

/** A count, as the counter gives it. */
interface Count {
  readonly tokens: number;
  readonly tokenizer: string;
  readonly isExact: boolean;
}

/**
 * Says how many tokens a text has.
 *
 * @param isSelection - whether it is selected; else it is the whole of a cell or a file.
 * @param model - the model that was counted for.
 */
export function countText(
  { tokens, tokenizer, isExact }: Count,
  isSelection: boolean,
  model: string,
  words: Words
): string {
  const { trans, format } = words;
  const name = isolated(shortened(model));
  const sum = isSelection
    ? trans._n(
        '%2 token in the selection',
        '%2 tokens in the selection',
        tokens,
        format.count(tokens)
      )
    : trans._n('%2 token in total', '%2 tokens in total', tokens, format.count(tokens));
  return isExact
    ? trans.__('%1 (%2, %3)', sum, tokenizer, name)
    : trans.__('About %1 (%2, the closest tokenizer to that of %3)', sum, tokenizer, name);
}
