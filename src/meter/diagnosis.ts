/**
 * Reads what the server extension finds and tests. Loaded with the dialog that shows it.
 */

import type { ChannelOutcome } from '../core/record/channel-test';
import { parseChannelTest } from '../core/record/channel-test';
import type { Diagnosis } from '../core/record/diagnosis';
import { parseDiagnosis } from '../core/record/diagnosis';
import { readAnswer } from './request';

/**
 * Reads the answer of `GET doctor`.
 *
 * @param body - the answer.
 * @returns the diagnosis.
 * @throws {AnswerError} when it is not what the contract promises.
 */
export function readDiagnosis(body: unknown): Diagnosis {
  return readAnswer(parseDiagnosis, body);
}

/**
 * Reads the answer of `POST channels/test`.
 *
 * @param body - the answer.
 * @returns what became of the message to each channel.
 * @throws {AnswerError} when it is not what the contract promises.
 */
export function readChannelTest(body: unknown): readonly ChannelOutcome[] {
  return readAnswer(parseChannelTest, body);
}
