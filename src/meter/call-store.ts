/**
 * The recorded calls, wherever they are: in the ledger, or with this page in local mode.
 */

import type { CallPage, ICallStore, ICellsAnswer, Query } from '../tokens';
import type { UsageRow } from '../core/dashboard/usage-rows';
import type { UnmeteredProgram } from '../core/record/programs';
import type { ILocalMode } from './backend';

/** Reads calls from the server extension, or in local mode from the page's own meter. */
export class CallStore implements ICallStore {
  /**
   * @param server - has the calls of the ledger.
   * @param localMode - has the page's own meter in local mode.
   */
  constructor(
    private readonly server: ICallStore,
    private readonly localMode: Pick<ILocalMode, 'meter'>
  ) {}

  /** {@inheritDoc ICallStore.hasLedger} */
  get hasLedger(): boolean {
    return this._store.hasLedger;
  }

  /** {@inheritDoc ICallStore.listCalls} */
  listCalls(query: Query): Promise<CallPage> {
    return this._store.listCalls(query);
  }

  /** {@inheritDoc ICallStore.getUsage} */
  getUsage(query: Query): Promise<readonly UsageRow[]> {
    return this._store.getUsage(query);
  }

  /** {@inheritDoc ICallStore.listCells} */
  listCells(notebook: string): Promise<ICellsAnswer> {
    return this._store.listCells(notebook);
  }

  /** {@inheritDoc ICallStore.listPrograms} */
  listPrograms(): Promise<readonly UnmeteredProgram[]> {
    return this._store.listPrograms();
  }

  /** {@inheritDoc ICallStore.listFormats} */
  listFormats(): Promise<readonly string[]> {
    return this._store.listFormats();
  }

  /** {@inheritDoc ICallStore.exportUrl} */
  exportUrl(query: Query): string {
    return this._store.exportUrl(query);
  }

  private get _store(): ICallStore {
    return this.localMode.meter?.calls ?? this.server;
  }
}
