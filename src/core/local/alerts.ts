/**
 * Alerts in local mode: which there are, which tab shows them, and whether they were seen.
 *
 * An alert is computed from what was used. Its id holds limit, subject, threshold, window and amount, so it is the same in
 * every tab. Only its claim and its acknowledgement are stored.
 */

import { crossedThresholds } from '../limits/limits';
import type { LimitRule } from '../limits/limits';
import { Shape } from '../record/shape';
import type { Alert, Standing } from '../record/standing';

/** A claim lapses after this time without an acknowledgement, as when its tab was closed. */
const CLAIM_LAPSES_MS = 10 * 60_000;

/** The claim of a tab to show an alert. */
interface Claim {
  /** The id of the tab. */
  readonly by: string;
  /** Milliseconds since 1970. */
  readonly at: number;
}

/** What is stored about an alert. */
export interface AlertState {
  readonly claim: Claim;
  /** Whether the user has seen it. */
  readonly isAcknowledged: boolean;
  /** When it was last claimed or acknowledged, milliseconds since 1970. */
  readonly touchedAt: number;
}

/**
 * Finds the highest threshold that a standing has reached, which says all that the lower ones would say.
 *
 * @param standing - where a limit stands.
 * @returns its alert; none below the lowest threshold.
 */
export function crossingsOf(standing: Standing & { readonly limit: LimitRule }): readonly Alert[] {
  const { limit, subject, used, windowStart = '', resetsAt } = standing;
  return crossedThresholds(limit, used)
    .slice(-1)
    .map(threshold => ({
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

/**
 * The state of an alert after a tab claims it; another tab's claim holds until it lapses.
 *
 * @param state - the state before; undefined when the alert was never claimed.
 * @param claim - the new claim.
 * @returns the state, with the claim that holds.
 */
export function claimed(state: AlertState | undefined, claim: Claim): AlertState {
  const own = { claim, isAcknowledged: false, touchedAt: claim.at };
  return state === undefined ? own : mergedStates(state, own);
}

/**
 * The state of an alert after the user has seen it.
 *
 * @param state - the state before; undefined when the alert was never claimed.
 * @param by - the id of this tab.
 * @param at - milliseconds since 1970.
 * @returns the state.
 */
export function acknowledged(state: AlertState | undefined, by: string, at: number): AlertState {
  return { claim: state?.claim ?? { by, at }, isAcknowledged: true, touchedAt: at };
}

/**
 * Merges two states of one alert. The earlier claim holds, unless it had lapsed when the later was made.
 *
 * @param one - a state.
 * @param other - another state of the same alert.
 * @returns the state; the same for either order.
 */
export function mergedStates(one: AlertState, other: AlertState): AlertState {
  const [earlier, later] = isBefore(one.claim, other.claim) ? [one, other] : [other, one];
  const hasLapsed = later.claim.at - earlier.claim.at >= CLAIM_LAPSES_MS;
  return {
    claim: hasLapsed ? later.claim : earlier.claim,
    isAcknowledged: one.isAcknowledged || other.isAcknowledged,
    touchedAt: Math.max(one.touchedAt, other.touchedAt)
  };
}

/**
 * Writes the state of an alert.
 *
 * @param state - the state.
 * @returns an object for JSON.
 */
export function writeState({ claim, isAcknowledged, touchedAt }: AlertState): object {
  return {
    claimed_by: claim.by,
    claimed_at: new Date(claim.at).toISOString(),
    acknowledged: isAcknowledged,
    touched_at: new Date(touchedAt).toISOString()
  };
}

/**
 * Reads what `writeState` wrote.
 *
 * @param value - of any kind.
 * @param path - where the value is, for the error.
 * @returns the state.
 * @throws {ShapeError} when it is something else.
 */
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
