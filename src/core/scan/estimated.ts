/**
 * Makes the record of a call that is known only from the source of its cell and the printed answer.
 */

import type { CallRecord } from '../record/record';
import type { Run } from './found';
import { callIdOf, placeOf } from './found';
import type { SentCall } from './sent';

/** What was counted of a call's texts. */
export interface Counted {
  readonly outputTokens: number;
  /** Undefined when the prompt is not known. */
  readonly inputTokens?: number;
  readonly tokenizer: string;
}

/**
 * The record of such a call.
 *
 * @param call - what the source says.
 * @param counted - undefined when its texts could not be counted.
 * @param hasFailed - the run ended with an error, so that the answer may not be whole.
 * @param run - the run.
 */
export function estimatedRecord(
  { model }: SentCall,
  counted: Counted | undefined,
  hasFailed: boolean,
  run: Run
): CallRecord {
  const basis = hasFailed ? 'partial' : 'counted';
  return {
    callId: callIdOf(run, undefined, 0),
    startedAt: run.startedAt,
    status: hasFailed ? 'aborted' : 'ok',
    basis: counted === undefined ? 'missing' : basis,
    source: 'output',
    operationName: 'chat',
    ...(model !== undefined && { requestModel: model }),
    ...(counted !== undefined && {
      outputTokens: counted.outputTokens,
      tokenizer: counted.tokenizer
    }),
    ...(counted?.inputTokens !== undefined && { inputTokens: counted.inputTokens }),
    ...placeOf(run)
  };
}
