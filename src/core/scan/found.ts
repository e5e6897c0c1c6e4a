/**
 * Turns the calls that a run showed into public records.
 *
 * The id of a call is computed from what every tab that sees the run knows. The ledger counts each id once, so it does not
 * matter how many tabs report the call.
 */

import type { CallRecord } from '../record/record';
import type { Reading } from './reading';

/** Which run it was. */
export interface Run {
  readonly kernelId: string;
  /** The id of the request that was executed. */
  readonly requestId: string;
  /** When it began, RFC 3339. */
  readonly startedAt: string;
  readonly notebookPath?: string;
  readonly cellId?: string;
}

/** A shorter id may come again with another response. */
const SHORTEST_ID = 8;

/**
 * The records of a run's calls.
 *
 * @param readings - the calls, by `RunReadings.finish`.
 * @param run - the run that showed them.
 */
export function recordsOf(readings: readonly Reading[], run: Run): readonly CallRecord[] {
  return readings.map((reading, index) => {
    const { responseId, model, provider, usage } = reading;
    return {
      callId: callIdOf(run, responseId, index),
      startedAt: run.startedAt,
      status: 'ok',
      basis: 'reported',
      source: 'output',
      operationName: operationOf(reading),
      ...(provider !== undefined && { providerName: provider }),
      ...(model !== undefined && { responseModel: model }),
      ...(responseId !== undefined && { responseId }),
      ...usage,
      ...placeOf(run)
    };
  });
}

/** A response that is printed again in another cell keeps its id; what has none is known by its place in the run. */
export function callIdOf(
  { kernelId, requestId }: Run,
  responseId: string | undefined,
  index: number
): string {
  const isTelling = responseId !== undefined && responseId.length >= SHORTEST_ID;
  const parts = isTelling ? ['response', responseId] : ['place', requestId, String(index)];
  return `output-${digest([kernelId, ...parts].join('\n'))}`;
}

/** Where a run took place, as far as it is known. */
export function placeOf({ kernelId, requestId, notebookPath, cellId }: Run): Partial<CallRecord> {
  return {
    kernelId,
    runId: requestId,
    ...(notebookPath !== undefined && { notebookPath }),
    ...(cellId !== undefined && { cellId })
  };
}

function operationOf({ model = '', usage }: Reading): string {
  const isEmbedding = /embed/i.test(model) && (usage.outputTokens ?? 0) === 0;
  return isEmbedding ? 'embeddings' : 'chat';
}

/**
 * 128 bits of a text in hex: four 32-bit FNV-1a hashes from different seeds, each finished by MurmurHash3's mixer.
 *
 * It only distinguishes calls and does not protect anything: its parts are unique ids.
 */
function digest(text: string): string {
  return [0x811c9dc5, 0x01000193, 0x9e3779b9, 0x85ebca6b].map(seed => hash(text, seed)).join('');
}

function hash(text: string, seed: number): string {
  let state = seed;
  for (let at = 0; at < text.length; at += 1) {
    state = Math.imul(state ^ text.charCodeAt(at), 0x01000193);
  }
  state = Math.imul(state ^ (state >>> 16), 0x85ebca6b);
  state = Math.imul(state ^ (state >>> 13), 0xc2b2ae35);
  return ((state ^ (state >>> 16)) >>> 0).toString(16).padStart(8, '0');
}
