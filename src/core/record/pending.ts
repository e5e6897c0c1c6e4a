/**
 * Adds calls that a kernel has reported and the ledger has not committed to the figures on the screen.
 *
 * A pending call adds only what its record has. Whether it is unpriced or missing is known once the ledger has priced it and
 * counted its text.
 */

import { addDecimals, ratioOf, subtractDecimals } from './decimal';
import type { CallRecord } from './record';
import { totalTokensOf } from './record';
import type { Standing, StandingDocument, Totals, Unit } from './standing';
import { levelOf } from './standing';

/**
 * Adds pending calls to a document.
 *
 * @param document - what the ledger last said.
 * @param pending - calls that it does not hold.
 * @returns a document to show; the given one when nothing is pending.
 */
export function withPending(
  document: StandingDocument,
  pending: readonly CallRecord[]
): StandingDocument {
  if (pending.length === 0) {
    return document;
  }
  return {
    ...document,
    standings: document.standings.map(standing => pending.reduce(addToStanding, standing)),
    today: document.today && pending.reduce(addToTotals, document.today),
    month: document.month && pending.reduce(addToTotals, document.month)
  };
}

function addToStanding(standing: Standing, record: CallRecord): Standing {
  const amount = amountOf(record, standing.limit.unit);
  if (amount === undefined || !concerns(standing, record)) {
    return standing;
  }
  const used = addDecimals(standing.used, amount);
  const remaining = subtractDecimals(standing.remaining, amount);
  const ratio = ratioOf(used, standing.amount);
  return {
    ...standing,
    used,
    remaining: remaining.startsWith('-') ? '0' : remaining,
    ratio,
    level: levelOf(ratio, standing.limit)
  };
}

function addToTotals(totals: Totals, record: CallRecord): Totals {
  const cost = amountOf(record, 'USD');
  return {
    ...totals,
    calls: totals.calls + 1,
    inputTokens: totals.inputTokens + (record.inputTokens ?? 0),
    outputTokens: totals.outputTokens + (record.outputTokens ?? 0),
    cost: cost === undefined ? totals.cost : addDecimals(totals.cost ?? '0', cost)
  };
}

function amountOf(record: CallRecord, unit: Unit): string | undefined {
  switch (unit) {
    case 'tokens':
      return totalTokensOf(record)?.toString();
    case 'USD':
      return record.costCurrency === 'USD' ? record.costAmount : undefined;
    case 'calls':
      return '1';
  }
}

function concerns(standing: Standing, record: CallRecord): boolean {
  return isInWindow(standing, record) && isOfSubject(standing, record);
}

function isInWindow({ windowStart, resetsAt }: Standing, { startedAt }: CallRecord): boolean {
  const at = Date.parse(startedAt);
  const isAfterStart = windowStart === undefined || at >= Date.parse(windowStart);
  return isAfterStart && (resetsAt === undefined || at < Date.parse(resetsAt));
}

/** A page shows its own user's standings, so every call that reaches it is that user's. */
function isOfSubject({ limit, subject }: Standing, record: CallRecord): boolean {
  switch (limit.scope) {
    case 'user':
      return true;
    case 'team':
      return subject === record.team;
    case 'key':
      return subject === record.keyFingerprint;
    case 'project':
      return subject === record.project;
    case 'notebook':
      return subject === record.notebookPath;
    case 'kernel':
      return subject === record.kernelId;
    case 'model':
      return subject === record.responseModel || subject === record.requestModel;
    case 'provider':
      return subject === record.providerName;
  }
}
