/**
 * A raise: what adds to a limit's amount for one subject, until it expires.
 *
 * Owns its shape on the wire, both ways. What a user may ask for is checked in `raise-draft.ts`, which is loaded with the form.
 */

import { Shape } from '../record/shape';
import type * as Wire from '../record/wire';
import type { Unit } from '../record/standing';
import { UNITS } from '../record/standing';

/** What a user asks for. */
export interface RaiseRequest {
  readonly limitId: string;
  readonly subject?: string;
  /** What is added, in the limit's unit. */
  readonly amount: string;
  readonly reason: string;
  /** RFC 3339; absent means the end of the limit's window. */
  readonly expiresAt?: string;
}

/** A raise that was made. */
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
 * Reads a raise as `limits/raises` tells it.
 *
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

/** Writes a request as `POST limits/raises` takes it; what is not said is absent. */
export function writeRaiseRequest(request: RaiseRequest): Partial<Wire.RaiseRequest> {
  return {
    limit_id: request.limitId,
    subject: request.subject,
    amount: request.amount,
    reason: request.reason,
    expires_at: request.expiresAt
  };
}
