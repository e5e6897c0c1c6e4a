/**
 * Who reads the portal, and whose use they can look at. The service refuses what is not theirs; here it is only not offered.
 */

import type { Dimension } from '../core/dashboard/view';
import { DIMENSIONS } from '../core/dashboard/view';
import { readText, Shape } from '../core/record/shape';
import type { Standing } from '../core/record/standing';

/** A user of the hub, as `GET api/v1/me` describes them. */
export interface Reader {
  readonly user: string;
  readonly teams: readonly string[];
  /** The teams that they lead. */
  readonly leads: readonly string[];
  readonly isAdmin: boolean;
}

interface WireReader {
  readonly user: string;
  readonly teams: readonly string[];
  readonly leads: readonly string[];
  readonly is_admin: boolean;
}

/** Whose use is shown: one's own, that of a team that one leads, or everybody's. */
export type Whose =
  | { readonly kind: 'own' }
  | { readonly kind: 'team'; readonly team: string }
  | { readonly kind: 'all' };

/**
 * Reads an answer of `GET api/v1/me`.
 *
 * @param value - the body.
 * @throws {ShapeError} when it does not keep the contract.
 */
export function parseReader(value: unknown): Reader {
  const shape = new Shape<WireReader>(value, 'answer');
  return {
    user: shape.text('user'),
    teams: shape.list('teams', readText),
    leads: shape.list('leads', readText),
    isAdmin: shape.optionalFlag('is_admin') === true
  };
}

/** What a reader can choose from, the widest first. */
export function choicesOf({ leads, isAdmin }: Reader): readonly Whose[] {
  return [
    ...(isAdmin ? [{ kind: 'all' } as const] : []),
    ...leads.map(team => ({ kind: 'team', team }) as const),
    { kind: 'own' }
  ];
}

/** A choice as text, for a list and for the browser's memory. */
export function keyOf(whose: Whose): string {
  return whose.kind === 'team' ? `team ${whose.team}` : whose.kind;
}

/**
 * The choice to begin with.
 *
 * @param saved - the key of an earlier choice; not trusted, and the reader may have another role by now.
 */
export function choiceOf(reader: Reader, saved: unknown): Whose {
  const choices = choicesOf(reader);
  return choices.find(whose => keyOf(whose) === saved) ?? choices[0];
}

/** The parameters of a request that select whose calls are meant. */
export function whoseQuery(whose: Whose, { user }: Reader): Readonly<Record<string, string>> {
  switch (whose.kind) {
    case 'own':
      return { user };
    case 'team':
      return { team: whose.team };
    case 'all':
      return {};
  }
}

/** The dimensions by which the calls differ. */
export function dimensionsOf(whose: Whose): readonly Dimension[] {
  const same = { own: 'user', team: 'team', all: undefined }[whose.kind];
  return DIMENSIONS.filter(dimension => dimension !== same);
}

/** Whether a reader may see all the calls that a limit counts, so that its course can be drawn. */
export function seesCallsOf({ limit: { scope }, subject }: Standing, reader: Reader): boolean {
  return (
    reader.isAdmin ||
    (scope === 'user' && subject === reader.user) ||
    (scope === 'team' && subject !== undefined && reader.leads.includes(subject))
  );
}
