/**
 * Estimates what a call used from its prompt and its answer, where that is all there is to see.
 */

import type { Counted } from './core/scan/found';
import type { SentCall } from './core/scan/sent';
import { EncoderError } from './encoders';
import type { TokenCounter } from './token-counter';

/** The user no longer wants estimates. */
export function isGivenUp(error: unknown): boolean {
  return error instanceof DOMException && error.name === 'AbortError';
}

/**
 * Counts a call's texts.
 *
 * @param counter - counts.
 * @param call - what the source says of it.
 * @param answer - what was printed.
 * @returns undefined when the tokenizer cannot be had: what the call used is unknown then.
 * @throws {DOMException} named AbortError, when the count is given up.
 */
export async function estimate(
  counter: TokenCounter,
  { model, prompt }: SentCall,
  answer: string
): Promise<Counted | undefined> {
  try {
    const output = await counter.count(answer, model);
    const input = prompt === undefined ? undefined : await counter.count(prompt, model);
    return {
      usage: {
        outputTokens: output.tokens,
        ...(input !== undefined && { inputTokens: input.tokens })
      },
      tokenizer: output.tokenizer
    };
  } catch (error) {
    if (error instanceof EncoderError) {
      console.error('LLM Meter could not count an answer:', error.message);
      return undefined;
    }
    throw error;
  }
}
