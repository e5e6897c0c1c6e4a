/**
 * The name under which a tab keeps its totals, and the browser's own copy of them.
 *
 * Names are reused, so that there are never more of them than there were tabs open at a time. A name belongs to one page for as
 * long as the page lives, which the browser's locks ensure; without locks (plain HTTP to another machine) each page has a new
 * name.
 */

import { UUID } from '@lumino/coreutils';

const PREFIX = 'jupyter-llm-meter';

/** The name of this tab. */
export class TabName {
  private constructor(
    /** The name. */
    readonly id: string,
    private totalsId: string,
    private readonly storage: Storage
  ) {}

  /**
   * Claims a free name of this browser, or a new one.
   *
   * @param totalsId - the id of the lab's totals.
   * @param storage - the browser's local storage.
   * @param locks - the browser's locks, where it has them.
   * @returns the name.
   */
  static async claim(
    totalsId: string,
    storage: Storage,
    locks: LockManager | undefined
  ): Promise<TabName> {
    if (locks !== undefined) {
      for (const id of Object.keys(partsIn(storage, totalsId))) {
        if (await isFree(locks, id)) {
          return new TabName(id, totalsId, storage);
        }
      }
    }
    const id = UUID.uuid4();
    if (locks !== undefined) {
      await isFree(locks, id);
    }
    return new TabName(id, totalsId, storage);
  }

  /** The totals of all tabs of this browser as they last had them, by name; a page that was left may not have saved them. */
  get kept(): Readonly<Record<string, unknown>> {
    return partsIn(this.storage, this.totalsId);
  }

  /**
   * Keeps the tab's totals under another id from now on: of two that were started at the same moment, one has given way.
   *
   * @param totalsId - the id of the lab's totals.
   * @param part - as for `storePart`.
   */
  moveTo(totalsId: string, part: object): void {
    if (totalsId !== this.totalsId) {
      this.totalsId = totalsId;
      this.storePart(part);
    }
  }

  /**
   * Keeps the tab's totals in the browser, at once: a page may be gone before the server has them.
   *
   * @param part - as `writeTabTotals` writes it.
   */
  storePart(part: object): void {
    const parts = { ...partsIn(this.storage, this.totalsId), [this.id]: part };
    try {
      this.storage.setItem(keyOf(this.totalsId), JSON.stringify(parts));
    } catch (error) {
      // Full, or forbidden: the server's copy is the one that counts.
      if (!(error instanceof DOMException)) {
        throw error;
      }
    }
  }
}

function keyOf(totalsId: string): string {
  return `${PREFIX}:totals:${totalsId}`;
}

function partsIn(storage: Storage, totalsId: string): Readonly<Record<string, unknown>> {
  try {
    const value: unknown = JSON.parse(storage.getItem(keyOf(totalsId)) ?? '{}');
    return typeof value === 'object' && value !== null
      ? (value as Readonly<Record<string, unknown>>)
      : {};
  } catch (error) {
    if (error instanceof SyntaxError) {
      return {};
    }
    throw error;
  }
}

/** Claims a lock for as long as the page lives; resolves to whether it was free. */
function isFree(locks: LockManager, id: string): Promise<boolean> {
  return new Promise((resolve, reject) => {
    const hold = (lock: Lock | null): Promise<void> | undefined => {
      resolve(lock !== null);
      return lock === null ? undefined : new Promise<void>(() => undefined);
    };
    locks.request(`${PREFIX}:tab:${id}`, { ifAvailable: true }, hold).catch(reject);
  });
}
