/**
 * What the plugins of LLM Meter share, and what other extensions may use.
 */

import type { TranslationBundle } from '@jupyterlab/translation';
import { Token } from '@lumino/coreutils';
import type { ISignal } from '@lumino/signaling';
import type { Widget } from '@lumino/widgets';

import type { UnderWay } from './core/words/badge';
import type { UsageRow } from './core/dashboard/usage-rows';
import type { GaugeMode } from './core/words/figure';
import type { Formatter } from './core/words/format';
import type { Raise, RaiseRequest } from './core/limits/raise';
import type { CallRecord } from './core/record/record';
import type { Sums } from './core/record/run-sums';
import type { Estimate } from './core/words/rerun';
import type { Snapshot } from './core/record/snapshot';

/** The id of the plugin whose settings hold the limits and preferences. */
export const METER_PLUGIN_ID = 'jupyter-llm-meter:meter';

/** What the user wants to see; kept in the settings. */
export interface IPreferences {
  readonly isGaugeShown: boolean;
  readonly isCostShown: boolean;
  /** Whether outputs of kernels without a tap are read for usage. */
  readonly areOutputsScanned: boolean;
  /** What the gauge's figure tells. */
  readonly gaugeMode: GaugeMode;
  /** The id of the limit that the gauge follows; absent means the nearest. */
  readonly gaugeLimit?: string;
  /** The model with whose tokenizer selected text is counted. */
  readonly countModel: string;
}

/** The running total, as this page knows it. */
export interface IMeter {
  /** The newest figures, calls that the ledger has not confirmed yet included. */
  readonly snapshot: Snapshot;

  readonly preferences: IPreferences;

  /** Emitted when the snapshot or the preferences changed; at most once a frame. */
  readonly stateChanged: ISignal<IMeter, void>;

  /** Whether a kernel of this page told of a call that a limit refused. */
  readonly hasSeenRefusal: boolean;

  /** Counts a finished call at once, ahead of the ledger's word. A call told twice counts once. */
  report(record: CallRecord): void;

  /** Takes note of a call that streams at this moment; it is shown and never counted. */
  reportUnderWay(call: UnderWay): void;

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

/** The words and figures of LLM Meter in the user's language. */
export interface IWording {
  /** The translations in force. A new object after each change. */
  readonly trans: TranslationBundle;

  /** The locale's way with figures and times. */
  readonly format: Formatter;

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
