/**
 * A raise adds to a limit's amount for one subject until it expires. Here is its shape on the wire; `raise-draft.ts` checks what
 * a user enters.
 */

import { Shape } from '../record/shape';
import type * as Wire from '../record/wire';
import type { Unit } from '../record/standing';
import { UNITS } from '../record/standing';

/** The raise that a user requests. */
export interface RaiseRequest {
  readonly limitId: string;
  readonly subject?: string;
  /** What is added, in the limit's unit. */
  readonly amount: string;
  readonly reason: string;
  /** RFC 3339; absent means the end of the limit's window. */
  readonly expiresAt?: string;
}

/** A raise that was granted. */
export interface Raise {
  readonly id: string;
  readonly limitId: string;
  readonly subject?: string;
  readonly amount: string;
  readonly unit: Unit;
  readonly reason: string;
  readonly user?: string;
  readonly raisedAt: string;
  readonly expiresAt?: string;
}

/**
 * Reads a raise of `limits/raises`.
 *
 * @param value - of any kind.
 * @param path - where the value is, for the error.
 * @returns the raise.
 * @throws {ShapeError} when it does not keep the contract.
 */
export function parseRaise(value: unknown, path = 'raise'): Raise {
  const shape = new Shape<Wire.Raise>(value, path);
  return {
    id: shape.text('id'),
    limitId: shape.text('limit_id'),
    subject: shape.optionalText('subject'),
    amount: shape.decimal('amount'),
    unit: shape.choice('unit', UNITS),
    reason: shape.text('reason'),
    user: shape.optionalText('user'),
    raisedAt: shape.text('raised_at'),
    expiresAt: shape.optionalText('expires_at')
  };
}

/**
 * Writes the body of `POST limits/raises`.
 *
 * @param request - the raise that is requested.
 * @returns the body; what is not given is absent.
 */
export function writeRaiseRequest(request: RaiseRequest): Partial<Wire.RaiseRequest> {
  return {
    limit_id: request.limitId,
    subject: request.subject,
    amount: request.amount,
    reason: request.reason,
    expires_at: request.expiresAt
  };
}
