/**
 * The diagnosis that the server extension makes: what it looked at, and what it found. Loaded with the dialog that shows it.
 */

import type { Explanation } from './explanation';
import { readExplanation } from './explanation';
import { Shape } from './shape';
import type * as Wire from './wire';

const AREAS = [
  'service',
  'ledger',
  'folder',
  'spool',
  'limits',
  'gateway',
  'kernelspec',
  'python',
  'kernel',
  'program'
] as const satisfies readonly Wire.Finding['area'][];
/** What kind of thing was looked at. */
export type Area = (typeof AREAS)[number];

const VERDICTS = ['good', 'bad', 'unknown'] as const satisfies readonly Wire.Finding['verdict'][];
/** `bad`: something is broken, or calls go unseen. */
export type Verdict = (typeof VERDICTS)[number];

/** One thing that was looked at, with what was found. */
export interface Checked extends Explanation {
  readonly area: Area;
  /** Which one. */
  readonly subject: string;
  readonly verdict: Verdict;
}

/** Where a request went that the taps did not know, and when. */
interface UnknownRequest {
  readonly host: string;
  readonly path: string;
  readonly at: string;
}

/** Everything that was looked at. */
export interface Diagnosis {
  readonly findings: readonly Checked[];
  /** The last request that looked like a call and was not counted. */
  readonly unrecognised?: UnknownRequest;
  /** The last unknown path that was counted because its answer had usage. */
  readonly recognisedByAnswer?: UnknownRequest & { readonly api: string };
  /** The last usage object with members that are not read. */
  readonly unknownUsageMembers?: {
    readonly provider: string;
    readonly api: string;
    /** Their names, separated by commas. */
    readonly members: string;
    readonly at: string;
  };
  /** What the meter never sees. */
  readonly notSeen: readonly { readonly code: string; readonly text: string }[];
}

/**
 * Reads the answer of `GET doctor`.
 *
 * @param value - of any kind.
 * @returns the diagnosis.
 * @throws {ShapeError} when it does not keep the contract.
 */
export function parseDiagnosis(value: unknown): Diagnosis {
  const shape = new Shape<Wire.Diagnosis>(value, 'answer');
  return {
    findings: shape.list('findings', readChecked),
    unrecognised: shape.optionalObject('unrecognised', of => ({
      host: of.text('host'),
      path: of.text('path'),
      at: of.text('at')
    })),
    recognisedByAnswer: shape.optionalObject('recognised_by_answer', of => ({
      host: of.text('host'),
      path: of.text('path'),
      api: of.text('api'),
      at: of.text('at')
    })),
    unknownUsageMembers: shape.optionalObject('unknown_usage_members', of => ({
      provider: of.text('provider'),
      api: of.text('api'),
      members: of.text('members'),
      at: of.text('at')
    })),
    notSeen: shape.list('not_seen', readNotSeen)
  };
}

function readChecked(value: unknown, path: string): Checked {
  const shape = new Shape<Wire.Finding>(value, path);
  return {
    area: shape.choice('area', AREAS),
    subject: shape.text('subject'),
    verdict: shape.choice('verdict', VERDICTS),
    ...readExplanation(new Shape<Wire.Explanation>(value, path))
  };
}

function readNotSeen(value: unknown, path: string): Diagnosis['notSeen'][number] {
  const shape = new Shape<Wire.Diagnosis['not_seen'][number]>(value, path);
  return { code: shape.text('code'), text: shape.text('text') };
}
