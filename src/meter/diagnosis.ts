/**
 * Reads the diagnosis of the server extension. Loaded with the dialog that shows it.
 */

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
