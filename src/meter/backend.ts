/**
 * The parts that the plugins of the meter, its calls, its alerts and its raises share: server extension, state of the page,
 * local mode.
 */

import { Token } from '@lumino/coreutils';

import type { CallRecord } from '../core/record/record';
import type { ICallStore } from '../tokens';
import type { MeterClient } from './client';
import type { MeterFeed } from './feed';
import type { MeterModel } from './model';

/** The meter of a page in local mode. */
export interface ILocalMeter {
  /** The calls that it has counted. */
  readonly calls: ICallStore;

  /** Counts calls, each once. */
  addCalls(records: readonly CallRecord[]): void;

  /** Loads what other tabs and browsers have counted. */
  refresh(): Promise<void>;

  /** Claims an alert among all tabs and browsers; resolves to whether this tab shows it. */
  claimAlert(alertId: string, claimant: string): Promise<boolean>;

  /** Marks an alert as seen, in all tabs and browsers. */
  acknowledgeAlert(alertId: string, claimant: string): Promise<void>;
}

/** Local mode: the page without the server extension. */
export interface ILocalMode {
  /** The meter that counts now; undefined while the server extension does. */
  readonly meter: ILocalMeter | undefined;

  /** Enters or leaves local mode, depending on the connection. */
  update(): void;

  /** Stops counting. */
  dispose(): void;
}

/** The parts that the plugins share. */
export interface IBackend {
  readonly client: MeterClient;
  readonly model: MeterModel;
  readonly feed: MeterFeed;
  readonly localMode: ILocalMode;
}

/** The token of the shared parts; not for other extensions. */
export const IBackend = new Token<IBackend>('jupyter-llm-meter:IBackend');
