/**
 * One call as a row of a table: its marks, place, tokens and cost.
 *
 * An estimate is marked as one; an unknown figure is never shown as zero.
 */

import { providerLimitOf } from '../limits/provider-limit';
import type { Basis, CallRecord } from '../record/record';
import { totalTokensOf } from '../record/record';
import type { Translate } from './translate';
import type { Words } from './words';

/**
 * The marks of a call; none for one that succeeded and whose usage the provider reported.
 *
 * @param record - the call.
 * @param trans - the translations.
 * @returns short words, as "aborted" or "counted".
 */
export function marksOf(record: CallRecord, trans: Translate): string[] {
  const marks = [statusMark(record, trans), basisMark(record.basis, trans)];
  return marks.filter(mark => mark !== undefined);
}

/** How many characters of a kernel's id distinguish it from others. */
const SHOWN_OF_ID = 8;

/**
 * Where a call was made: its notebook, else the server extension or the program that made it, else its kernel, else a dash.
 *
 * @param record - the call.
 * @param trans - the translations.
 * @returns the name of the notebook without its folder, the name of a script or console, or `kernel 1a2b3c4d`
 * for a kernel without a name.
 */
export function placeText(
  { notebookPath, agentName, programName, kernelId }: CallRecord,
  trans: Translate
): string {
  const kernel = kernelId && trans.__('kernel %1', kernelId.slice(0, SHOWN_OF_ID));
  return notebookPath?.replace(/^.*\//, '') ?? agentName ?? programName ?? kernel ?? '–';
}

/**
 * The full path, the server extension, the program or the kernel of a call; undefined if none is known.
 *
 * @param record - the call.
 * @param trans - the translations.
 * @returns one line.
 */
export function placeDetail(
  { notebookPath, agentName, programName, kernelId }: CallRecord,
  trans: Translate
): string | undefined {
  if (notebookPath !== undefined) {
    return notebookPath;
  }
  if (agentName !== undefined) {
    return trans.__('Called by the server extension %1', agentName);
  }
  if (programName !== undefined) {
    return trans.__('Called without a notebook, by %1', programName);
  }
  return kernelId && trans.__('Called without a notebook, in the kernel %1', kernelId);
}

/**
 * The tokens of a call; `≈` marks an estimate.
 *
 * @param record - the call.
 * @param words - the translations and the formatter.
 * @returns input and output together.
 */
export function tokensText(record: CallRecord, words: Words): string {
  const { trans, format } = words;
  const total = totalTokensOf(record);
  if (total === undefined) {
    return record.basis === 'none' ? '–' : trans.__('unknown');
  }
  const isEstimate = record.basis === 'counted' || record.basis === 'partial';
  return isEstimate ? trans.__('≈ %1', format.count(total)) : format.count(total);
}

/**
 * Input and output tokens of a call; undefined if both are unknown.
 *
 * @param record - the call.
 * @param words - the translations and the formatter.
 * @returns both numbers in full.
 */
export function tokensDetail(
  { inputTokens, outputTokens }: CallRecord,
  words: Words
): string | undefined {
  const { trans, format } = words;
  if (inputTokens === undefined) {
    return outputTokens === undefined ? undefined : trans.__('%1 out', format.count(outputTokens));
  }
  return outputTokens === undefined
    ? trans.__('%1 in', format.count(inputTokens))
    : trans.__('%1 in, %2 out', format.count(inputTokens), format.count(outputTokens));
}

/**
 * The cost of a call, or why it is not known.
 *
 * @param record - the call.
 * @param words - the translations and the formatter.
 * @param isBrief - whether there is room for one currency only.
 * @returns the cost, or a word such as "unpriced"; undefined where the user hides money.
 */
export function callCostText(
  record: CallRecord,
  words: Words,
  isBrief = false
): string | undefined {
  const { trans, format } = words;
  if (!format.isMoneyShown) {
    return undefined;
  }
  const { costAmount, costCurrency, basis } = record;
  if (costAmount !== undefined) {
    return isBrief
      ? format.briefMoney(costAmount, costCurrency)
      : format.money(costAmount, costCurrency);
  }
  switch (basis) {
    case 'none':
      return '–';
    case 'missing':
      return trans.__('unknown');
    default:
      return trans.__('unpriced');
  }
}

function statusMark(record: CallRecord, trans: Translate): string | undefined {
  switch (record.status) {
    case 'ok':
      return undefined;
    case 'error':
      return failureMark(record, trans);
    case 'aborted':
      return trans.__('aborted');
    case 'refused':
      return trans.__('refused by an LLM Meter limit');
  }
}

function failureMark(record: CallRecord, trans: Translate): string {
  switch (providerLimitOf(record)) {
    case 'rate':
      return trans.__('provider rate limit');
    case 'spend':
      return trans.__('provider spending limit');
    case undefined:
      return trans.__('error');
  }
}

function basisMark(basis: Basis, trans: Translate): string | undefined {
  switch (basis) {
    case 'reported':
    case 'none':
      return undefined;
    case 'counted':
      return trans.__('counted');
    case 'partial':
      return trans.__('partial');
    case 'missing':
      return trans.__('no usage data');
  }
}
