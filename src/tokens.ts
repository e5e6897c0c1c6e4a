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
import type { NotebookPlace } from './core/dashboard/notebook-usage';
import type { UsageRow } from './core/dashboard/usage-rows';
import type { IPreferences } from './core/preferences';
import type { Formatter } from './core/words/format';
import type { Raise, RaiseRequest } from './core/limits/raise';
import type { CellRuns } from './core/record/cell-runs';
import type { CallRecord } from './core/record/record';
import type { Sums } from './core/record/run-sums';
import type { LanguageSetting } from './core/words/language';
import type { Estimate } from './core/words/rerun';
import type { Snapshot } from './core/record/snapshot';

export type { NotebookPlace } from './core/dashboard/notebook-usage';
export type { UsageRow } from './core/dashboard/usage-rows';
export type { Raise, RaiseRequest } from './core/limits/raise';
export type { IPreferences } from './core/preferences';
export type { CellRun, CellRuns } from './core/record/cell-runs';
export type { CallRecord } from './core/record/record';
export type { Sums } from './core/record/run-sums';
export type { Connection, Snapshot } from './core/record/snapshot';
export type {
  Alert,
  AlertKind,
  Forecast,
  Level,
  Limit,
  OnExceed,
  Problem,
  Runaway,
  Scope,
  Standing,
  StandingDocument,
  Totals,
  Unit,
  Unmetered,
  WindowName
} from './core/record/standing';
export type { PatternEntry } from './core/scan/patterns';
export type { UnderWay } from './core/words/badge';
export type { Formatter } from './core/words/format';
export type { LanguageSetting } from './core/words/language';
export type { Estimate } from './core/words/rerun';
export type { Translate } from './core/words/translate';
export {
  ClientError,
  AbsentError,
  AwayError,
  AnswerError,
  LocalModeError,
  RefusedError
} from './core/errors';

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
  report(record: CallRecord): void;

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
  submit(records: readonly CallRecord[]): void;

  /** Requests the figures from the server; resolves when the outcome is in the snapshot. */
  refresh(): Promise<void>;
}

/** The token of the running total. */
export const IMeter = new Token<IMeter>(
  'jupyter-llm-meter:IMeter',
  'The running total of LLM calls, tokens and money.'
);

/** The parameters of a request, by their names in the REST interface. */
export type Query = Readonly<Record<string, string>>;

/** Some calls, and where the next ones are. */
export interface CallPage {
  readonly calls: readonly CallRecord[];
  /** The cursor of the next page; absent on the last one. */
  readonly nextCursor?: string;
}

/** What the cells of a notebook used. */
export interface ICellsAnswer {
  readonly cells: readonly CellRuns[];
  /** Calls that are certainly in it. */
  readonly callIds: readonly string[];
}

/**
 * The recorded calls: those of the ledger, or in local mode those that this page keeps.
 *
 * A page in local mode lists its newest calls and the cells of a notebook. Everything else needs the ledger and is rejected
 * with a `LocalModeError`.
 */
export interface ICallStore {
  /**
   * A page of calls, the newest first unless the query says otherwise.
   *
   * @param query - the parameters of `GET calls`.
   * @returns the calls.
   * @throws {ClientError} when they cannot be had; the message says why.
   */
  listCalls(query: Query): Promise<CallPage>;

  /**
   * Sums by group.
   *
   * @param query - the parameters of `GET usage`.
   * @returns a row for each group.
   * @throws {ClientError} when they cannot be had; the message says why.
   */
  getUsage(query: Query): Promise<readonly UsageRow[]>;

  /**
   * The newest runs of each cell of a notebook that made calls.
   *
   * @param notebook - its path under the lab's root.
   * @returns the runs.
   * @throws {ClientError} when they cannot be had; the message says why.
   */
  listCells(notebook: string): Promise<ICellsAnswer>;

  /**
   * The formats in which calls can be exported.
   *
   * @returns their names, as `csv`.
   * @throws {ClientError} when they cannot be had; `AbsentError` when the server extension is older than the page.
   */
  listFormats(): Promise<readonly string[]>;

  /**
   * The address of an export, which the browser saves as it arrives.
   *
   * @param query - the parameters of `GET export`.
   * @returns an absolute URL.
   * @throws {LocalModeError} in local mode.
   */
  exportUrl(query: Query): string;
}

/** The token of the recorded calls. */
export const ICallStore = new Token<ICallStore>(
  'jupyter-llm-meter:ICallStore',
  'The recorded LLM calls and their sums.'
);

/** Who shows an alert, and whether it was seen; the same in all tabs. */
export interface IAlerts {
  /**
   * Claims an alert, so that one tab alone shows it.
   *
   * @param alertId - the alert, or a runaway kernel.
   * @returns whether this tab shows it.
   * @throws {ClientError} when the claim cannot be made; the message says why.
   */
  claim(alertId: string): Promise<boolean>;

  /**
   * Marks an alert as seen by the user.
   *
   * @param alertId - the alert, or a runaway kernel.
   * @throws {ClientError} when that cannot be recorded; the message says why.
   */
  acknowledge(alertId: string): Promise<void>;
}

/** The token of the alerts. */
export const IAlerts = new Token<IAlerts>(
  'jupyter-llm-meter:IAlerts',
  'Claims and acknowledgements of alerts.'
);

/** Raises of limits. */
export interface IRaises {
  /**
   * Adds to a limit's amount until the raise expires; the new figures are in the meter's snapshot.
   *
   * @param request - which limit, by how much and why.
   * @returns the raise.
   * @throws {ClientError} when it is not granted; the message says why.
   */
  raise(request: RaiseRequest): Promise<Raise>;

  /**
   * All raises, the newest first.
   *
   * @returns the raises, those that have expired included.
   * @throws {ClientError} when they cannot be had; the message says why.
   */
  list(): Promise<readonly Raise[]>;
}

/** The token of the raises. */
export const IRaises = new Token<IRaises>('jupyter-llm-meter:IRaises', 'Raises of limits.');

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

/** The token of the words and figures. */
export const IWording = new Token<IWording>(
  'jupyter-llm-meter:IWording',
  "The words and figures of LLM Meter in the user's language."
);

/** The place where today, this month, the limits and the last calls are shown. */
export interface IUsageView {
  /** Opens it beside the gauge, or as a dialog where no gauge is shown. */
  open(): void;

  /**
   * Opens it beside an anchor, or closes it when it is open.
   *
   * @param anchor - the gauge that was pressed.
   */
  toggle(anchor: Widget): void;

  /**
   * Sets the gauge beside which `open` opens it, for as long as the gauge is shown.
   *
   * @param anchor - the gauge.
   */
  setAnchor(anchor: Widget): void;
}

/** The token of the popover. */
export const IUsageView = new Token<IUsageView>(
  'jupyter-llm-meter:IUsageView',
  'The popover with usage, limits and last calls.'
);

/** The notebook that the user works in. */
export interface ICurrentNotebook {
  /** Null where no notebook is open. */
  readonly place: NotebookPlace | null;

  /** Emitted when it is another notebook, or another kernel. */
  readonly changed: ISignal<ICurrentNotebook, void>;
}

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

/** The token of the costs of cells. */
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
