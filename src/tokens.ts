/**
 * The tokens that the plugins of LLM Meter share and that other extensions can use, with all their types.
 */

export type { NotebookPlace } from './core/dashboard/notebook-usage';
export type { CallPage, Query } from './core/dashboard/source';
export type { UsageRow } from './core/dashboard/usage-rows';
export type { Raise, RaiseRequest } from './core/limits/raise';
export type { IPreferences } from './core/preferences';
export type { CellRun, CellRuns } from './core/record/cell-runs';
export type { CallRecord } from './core/record/record';
export type { UnmeteredProgram } from './core/record/programs';
export type { Sums } from './core/record/run-sums';
export type { Connection, Snapshot } from './core/record/snapshot';
export type {
  Alert,
  AlertKind,
  Currency,
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
export type { Formatter, MoneyOptions } from './core/words/format';
export type { LanguageSetting } from './core/words/language';
export type { Estimate } from './core/record/rerun';
export type { Translate } from './core/words/translate';
export {
  ClientError,
  AbsentError,
  AwayError,
  AnswerError,
  LocalModeError,
  RefusedError
} from './core/errors';

export * from './tokens/alerts';
export * from './tokens/call-store';
export * from './tokens/kernel-calls';
export * from './tokens/meter';
export * from './tokens/notebook';
export * from './tokens/raises';
export * from './tokens/settings';
export * from './tokens/usage-view';
export * from './tokens/wording';
