/**
 * Alerts without the server extension: which there are, and who has shown them.
 *
 * An alert follows from what was used, so it needs no raising; its id names limit, subject, threshold, window and amount, and
 * so it is the same in every tab. Kept is only who claimed it and whether it was acknowledged.
 */

import { crossedThresholds } from '../limits/limits';
import type { LimitRule } from '../limits/limits';
import { Shape } from '../record/shape';
import type { Alert, Standing } from '../record/standing';

/** A claim that nobody acknowledged lapses, as when its tab was closed. */
const CLAIM_LAPSES_MS = 10 * 60_000;

export interface Claim {
  readonly by: string;
  /** Milliseconds since 1970. */
  readonly at: number;
}

export interface AlertState {
  readonly claim: Claim;
  readonly isAcknowledged: boolean;
  /** When it was last claimed or acknowledged, milliseconds since 1970. */
  readonly touchedAt: number;
}

/** The thresholds that a standing has reached. */
export function crossingsOf(standing: Standing & { readonly limit: LimitRule }): readonly Alert[] {
  const { limit, subject, used, windowStart = '', resetsAt } = standing;
  return crossedThresholds(limit, used).map(threshold => ({
    id: JSON.stringify([limit.id, subject ?? null, threshold, windowStart, limit.amount]),
    limitId: limit.id,
    subject,
    threshold,
    kind: threshold >= 1 ? 'exceeded' : 'warning',
    resetsAt,
    used,
    amount: limit.amount,
    unit: limit.unit
  }));
}

/** The state after a tab has asked to show an alert; another's claim holds until it lapses. */
export function claimed(state: AlertState | undefined, claim: Claim): AlertState {
  const own = { claim, isAcknowledged: false, touchedAt: claim.at };
  return state === undefined ? own : mergedStates(state, own);
}

/** The state after the user has seen an alert. */
export function acknowledged(state: AlertState | undefined, by: string, at: number): AlertState {
  return { claim: state?.claim ?? { by, at }, isAcknowledged: true, touchedAt: at };
}

/** Of two claims the earlier holds, unless it had lapsed when the later was made. */
export function mergedStates(one: AlertState, other: AlertState): AlertState {
  const [earlier, later] = isBefore(one.claim, other.claim) ? [one, other] : [other, one];
  const hasLapsed = later.claim.at - earlier.claim.at >= CLAIM_LAPSES_MS;
  return {
    claim: hasLapsed ? later.claim : earlier.claim,
    isAcknowledged: one.isAcknowledged || other.isAcknowledged,
    touchedAt: Math.max(one.touchedAt, other.touchedAt)
  };
}

export function writeState({ claim, isAcknowledged, touchedAt }: AlertState): object {
  return {
    claimed_by: claim.by,
    claimed_at: new Date(claim.at).toISOString(),
    acknowledged: isAcknowledged,
    touched_at: new Date(touchedAt).toISOString()
  };
}

/** @throws {ShapeError} when it is not what `writeState` wrote. */
export function readState(value: unknown, path: string): AlertState {
  const shape = new Shape(value, path);
  return {
    claim: { by: shape.text('claimed_by'), at: shape.time('claimed_at') },
    isAcknowledged: shape.optionalFlag('acknowledged') === true,
    touchedAt: shape.time('touched_at')
  };
}

function isBefore(one: Claim, other: Claim): boolean {
  return one.at < other.at || (one.at === other.at && one.by <= other.by);
}
