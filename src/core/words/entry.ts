/**
 * One call as a line of a list: its marks, its place, tokens and cost in words.
 *
 * Owns how a figure's basis is told; refuses to show an estimate as a fact or an unknown as zero.
 */

import type { Formatter } from './format';
import { providerLimitOf } from '../limits/provider-limit';
import type { Basis, CallRecord } from '../record/record';
import { totalTokensOf } from '../record/record';
import type { Translate } from './translate';

/** What is out of the ordinary about a call; empty for one that went well and whose figures the provider reported. */
export function marksOf(record: CallRecord, trans: Translate): string[] {
  const marks = [statusMark(record, trans), basisMark(record.basis, trans)];
  return marks.filter(mark => mark !== undefined);
}

/** Where a call was made: its notebook, else the extension of the server that made it, else a dash. */
export function placeText({ notebookPath, agentName }: CallRecord): string {
  return notebookPath?.replace(/^.*\//, '') ?? agentName ?? '–';
}

/** The place of a call in full; undefined when it is not known. */
export function placeDetail(
  { notebookPath, agentName }: CallRecord,
  trans: Translate
): string | undefined {
  if (notebookPath !== undefined || agentName === undefined) {
    return notebookPath;
  }
  return trans.__('Called by %1, an extension of the server', agentName);
}

/** The tokens of a call; `≈` before figures that the provider did not report. */
export function tokensText(record: CallRecord, trans: Translate, format: Formatter): string {
  const total = totalTokensOf(record);
  if (total === undefined) {
    return record.basis === 'none' ? '–' : trans.__('unknown');
  }
  const isEstimate = record.basis === 'counted' || record.basis === 'partial';
  return isEstimate ? trans.__('≈ %1', format.count(total)) : format.count(total);
}

/** Input and output of a call apart; undefined when nothing is known. */
export function tokensDetail(
  { inputTokens, outputTokens }: CallRecord,
  trans: Translate,
  format: Formatter
): string | undefined {
  const parts = [
    inputTokens === undefined ? undefined : trans.__('in: %1', format.count(inputTokens)),
    outputTokens === undefined ? undefined : trans.__('out: %1', format.count(outputTokens))
  ].filter(part => part !== undefined);
  return parts.length === 0 ? undefined : parts.join(', ');
}

/** The cost of a call, or why there is none. */
export function callCostText(record: CallRecord, trans: Translate, format: Formatter): string {
  const { costAmount, costCurrency, basis } = record;
  if (costAmount !== undefined) {
    return format.money(costAmount, costCurrency);
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
      return trans.__('refused by a limit of LLM Meter');
  }
}

function failureMark(record: CallRecord, trans: Translate): string {
  switch (providerLimitOf(record)) {
    case 'rate':
      return trans.__("provider's rate limit");
    case 'spend':
      return trans.__("provider's spending limit");
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
      return trans.__('no usage');
  }
}
