/**
 * The token of the running total.
 */

import { Token } from '@lumino/coreutils';
import type { ISignal } from '@lumino/signaling';

import type { IPreferences } from '../core/preferences';
import type { CallRecord } from '../core/record/record';
import type { Snapshot } from '../core/record/snapshot';
import type { UnderWay } from '../core/words/badge';

/** The id of the plugin whose settings hold the limits and preferences. */
export const METER_PLUGIN_ID = 'jupyter-llm-meter:meter';

/**
 * A part of the meter's state.
 *
 * - `document`: the ledger's figures;
 * - `connection`: the connection to the server, or whether its events arrive;
 * - `pending`: the calls that the ledger has not committed;
 * - `underWay`: the calls that stream;
 * - `preferences`: what the user wants to see;
 * - `refusal`: `hasSeenRefusal`.
 */
export type MeterPart =
  'document' | 'connection' | 'pending' | 'underWay' | 'preferences' | 'refusal';

/** What changed in the meter's state since the signal was emitted last. */
export interface IMeterChange {
  readonly parts: ReadonlySet<MeterPart>;

  /** Calls that the ledger has committed. */
  readonly committedIds: readonly string[];

  /** Whether the ledger may have committed more calls than `committedIds` says. */
  readonly areCommitsMissed: boolean;
}

/** The running total, as this page knows it. */
export interface IMeter {
  /** The newest figures, calls that the ledger has not committed included. */
  readonly snapshot: Snapshot;

  /** What the user has set. */
  readonly preferences: IPreferences;

  /** Emitted when the snapshot or the preferences changed, with what changed; at most once a frame. */
  readonly stateChanged: ISignal<IMeter, IMeterChange>;

  /** Whether a kernel of this page reported a call that a limit refused. */
  readonly hasSeenRefusal: boolean;

  /**
   * Counts a finished call before the ledger commits it.
   *
   * @param record - the call; one that was reported before counts once.
   */
  reportCall(record: CallRecord): void;

  /**
   * Shows a call that streams at this moment, without counting it.
   *
   * @param call - how far its answer is.
   */
  reportUnderWay(call: UnderWay): void;

  /**
   * Ends the streams of a kernel that restarts or ends.
   *
   * @param kernelId - the kernel.
   */
  endStreams(kernelId: string): void;

  /**
   * Counts calls that this page found in outputs, and uploads them to the ledger: now, or when the server is back.
   *
   * @param records - the calls; one that this tab or another submitted before counts once.
   */
  submitCalls(records: readonly CallRecord[]): void;

  /** Requests the figures from the server; resolves when the outcome is in the snapshot. */
  refresh(): Promise<void>;
}

/** The token of the running total. */
export const IMeter = new Token<IMeter>(
  'jupyter-llm-meter:IMeter',
  'The running total of LLM calls, tokens and money.'
);
