/**
 * What the plugins of LLM Meter share, and what other extensions may use.
 */

import type { ISessionContext } from '@jupyterlab/apputils';
import type { KernelMessage } from '@jupyterlab/services';
import type { TranslationBundle } from '@jupyterlab/translation';
import { Token } from '@lumino/coreutils';
import type { ISignal } from '@lumino/signaling';
import type { Widget } from '@lumino/widgets';

import type { UnderWay } from './core/words/badge';
import type { UsageRow } from './core/dashboard/usage';
import type { IPreferences } from './core/preferences';
import type { Formatter } from './core/words/format';
import type { Raise, RaiseRequest } from './core/limits/raise';
import type { CallRecord } from './core/record/record';
import type { Sums } from './core/record/run-sums';
import type { LanguageSetting } from './core/words/language';
import type { Estimate } from './core/words/rerun';
import type { Snapshot } from './core/record/snapshot';

export type { IPreferences } from './core/preferences';

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
  /** The newest figures, calls that the ledger has not confirmed yet included. */
  readonly snapshot: Snapshot;

  readonly preferences: IPreferences;

  /** Emitted when the snapshot or the preferences changed, with what changed; at most once a frame. */
  readonly stateChanged: ISignal<IMeter, IMeterChange>;

  /** Whether a kernel of this page told of a call that a limit refused. */
  readonly hasSeenRefusal: boolean;

  /** Counts a finished call at once, ahead of the ledger's word. A call told twice counts once. */
  report(record: CallRecord): void;

  /** Takes note of a call that streams at this moment; it is shown and never counted. */
  reportUnderWay(call: UnderWay): void;

  /** Ends the streams of a kernel that restarts or ends. */
  endStreams(kernelId: string): void;

  /**
   * Counts calls that this page found in outputs, and brings them to the ledger: now, or when the server is back.
   *
   * A call brought twice, by this tab or another, counts once.
   */
  submit(records: readonly CallRecord[]): void;

  /** Asks the server for the figures again; the outcome is in the snapshot. */
  refresh(): Promise<void>;

  /**
   * The newest calls.
   *
   * @param limit - how many at most.
   * @throws {ClientError} when the server does not answer as it should.
   */
  listCalls(limit: number): Promise<readonly CallRecord[]>;

  /**
   * `GET usage`: sums by group.
   *
   * @param query - the parameters, as docs/architecture.md has them.
   * @throws {ClientError} when the server does not answer as it should.
   */
  getUsage(query: Readonly<Record<string, string>>): Promise<readonly UsageRow[]>;

  /**
   * Asks to be the one tab that shows an alert.
   *
   * @returns whether this tab shows it.
   * @throws {ClientError} when the server does not answer as it should.
   */
  claimAlert(alertId: string): Promise<boolean>;

  /**
   * Tells the server that the user has seen an alert, in every tab.
   *
   * @throws {ClientError} when the server does not answer as it should.
   */
  acknowledgeAlert(alertId: string): Promise<void>;

  /**
   * Adds to a limit's amount until the raise expires; the figures that follow are in the snapshot.
   *
   * @throws {ClientError} when the server does not grant it; the message says why.
   */
  raiseLimit(request: RaiseRequest): Promise<Raise>;

  /**
   * Every raise ever made, the newest first.
   *
   * @throws {ClientError} when the server does not answer as it should.
   */
  listRaises(): Promise<readonly Raise[]>;
}

export const IMeter = new Token<IMeter>(
  'jupyter-llm-meter:IMeter',
  'The running total of LLM calls, tokens and money.'
);

/** The settings of the meter. */
export interface IMeterSettings {
  /** What the user has set; the defaults until the settings are loaded. */
  readonly preferences: IPreferences;

  /** Emitted when the settings were loaded, or could not be, and after each change. */
  readonly changed: ISignal<IMeterSettings, void>;

  /**
   * Applies the preferences when they are loaded, at once if they are, and after each change.
   *
   * @param apply - applies them.
   */
  follow(apply: (preferences: IPreferences) => void): void;

  /**
   * Writes a setting.
   *
   * @param key - its name in schema/meter.json.
   * @param value - its value.
   */
  set(key: string, value: string | null): Promise<void>;
}

/** The token of the settings. */
export const IMeterSettings = new Token<IMeterSettings>(
  'jupyter-llm-meter:IMeterSettings',
  'The settings of LLM Meter.'
);

/** The words and figures of LLM Meter in the user's language. */
export interface IWording {
  /** The translations in force. A new object after each change. */
  readonly trans: TranslationBundle;

  /** The locale's way with figures and times. */
  readonly format: Formatter;

  /**
   * Uses the language that the settings ask for.
   *
   * @param setting - the value of `language`.
   */
  use(setting: LanguageSetting): Promise<void>;

  /** Emitted when the language changed or its catalogue arrived. */
  readonly changed: ISignal<IWording, void>;
}

export const IWording = new Token<IWording>(
  'jupyter-llm-meter:IWording',
  "The words and figures of LLM Meter in the user's language."
);

/** The place where today, this month, the limits and the last calls are shown. */
export interface IUsageView {
  /** Opens it beside the gauge, or as a dialog where no gauge is shown. */
  open(): void;

  /** Opens it beside the anchor, or closes it when it is open. */
  toggle(anchor: Widget): void;

  /** Names the gauge beside which it opens; null when there is none. */
  anchor: Widget | null;
}

export const IUsageView = new Token<IUsageView>(
  'jupyter-llm-meter:IUsageView',
  'The popover with usage, limits and last calls.'
);

/** What a notebook costs, as far as this page knows. */
export interface NotebookCosts {
  /** Where the ledger has it: under the lab's root, without the name of a drive. */
  readonly path: string;
  /** What the newest run of each of its cells used, together: the sum of its badges. */
  readonly total: Sums;
  /** What running it again costs; absent where no run of its cells is wholly priced. */
  readonly estimate?: Estimate;
}

/** What the cells of notebooks cost. */
export interface ICellCosts {
  /** Of the notebook that the user works in; null where there is none, or nothing is known of it yet. */
  readonly current: NotebookCosts | null;

  /** Emitted when `current` changed. */
  readonly changed: ISignal<ICellCosts, void>;
}

export const ICellCosts = new Token<ICellCosts>(
  'jupyter-llm-meter:ICellCosts',
  'What the cells of the current notebook cost, and what running it again would.'
);

/** A call that a kernel's tap reported when it was finished. */
export interface IFinishedCall {
  /** The call; with the notebook's path where the tap does not know it. */
  readonly record: CallRecord;
  /** The sessions with that kernel, as of a notebook and its console. */
  readonly sessions: readonly ISessionContext[];
}

/** A message of a kernel on IOPub. */
export interface IKernelOutput {
  readonly kernelId: string;
  /** The path of the session's document. */
  readonly path: string;
  readonly message: KernelMessage.IMessage;
}

/** A cell that was sent to its kernel. */
export interface ICellRequest {
  readonly kernelId: string;
  /** The id of the message, which the outputs of the cell name as their parent. */
  readonly requestId: string;
  readonly cellId: string;
}

/** What the kernels of all notebooks and consoles report. A message that several sessions receive is emitted once. */
export interface IKernelCalls {
  /** Emitted when a call is finished. */
  readonly finished: ISignal<IKernelCalls, IFinishedCall>;

  /** Emitted while an answer streams. */
  readonly underWay: ISignal<IKernelCalls, UnderWay>;

  /** Emitted with the kernel's id when it restarts or ends. */
  readonly kernelEnded: ISignal<IKernelCalls, string>;

  /** Emitted with the kernel's id for every message of its tap. */
  readonly tapSeen: ISignal<IKernelCalls, string>;

  /** Emitted for every other message on IOPub. */
  readonly output: ISignal<IKernelCalls, IKernelOutput>;

  /** Emitted when a cell is sent to its kernel. */
  readonly cellRequested: ISignal<IKernelCalls, ICellRequest>;
}

/** The token of the kernels' messages. */
export const IKernelCalls = new Token<IKernelCalls>(
  'jupyter-llm-meter:IKernelCalls',
  'The LLM calls that the kernels of notebooks and consoles report.'
);
