/**
 * Under which name a page writes its part of a running total, and the page's own copy of that part.
 *
 * A browser's names are used again, so that there are as many parts as there were tabs open at a time. A name is used by one
 * page only as long as it lives, which the browser's locks see to; where a page has none (plain HTTP to another machine),
 * each page takes a new name.
 */

import { UUID } from '@lumino/coreutils';

const PREFIX = 'jupyter-llm-meter';

export class TabName {
  private constructor(
    /** The name. */
    readonly id: string,
    private totalsId: string,
    private readonly storage: Storage
  ) {}

  /**
   * Takes a free name of this browser, or a new one.
   *
   * @param totalsId - whose parts are meant.
   * @param storage - the browser's local storage.
   * @param locks - the browser's locks, where it has them.
   */
  static async take(
    totalsId: string,
    storage: Storage,
    locks: LockManager | undefined
  ): Promise<TabName> {
    if (locks !== undefined) {
      for (const id of Object.keys(partsIn(storage, totalsId))) {
        if (await isTaken(locks, id)) {
          return new TabName(id, totalsId, storage);
        }
      }
    }
    const id = UUID.uuid4();
    if (locks !== undefined) {
      await isTaken(locks, id);
    }
    return new TabName(id, totalsId, storage);
  }

  /** All parts of this browser's pages as they last had them, by their names; a page that was left may not have saved its. */
  get kept(): Readonly<Record<string, unknown>> {
    return partsIn(this.storage, this.totalsId);
  }

  /**
   * Keeps the part under another totals from now on: of two that were begun at the same moment, one has given way.
   *
   * @param part - as for `keep`.
   */
  follow(totalsId: string, part: object): void {
    if (totalsId !== this.totalsId) {
      this.totalsId = totalsId;
      this.keep(part);
    }
  }

  /**
   * Keeps the part in the browser, at once: a page may be gone before the server has it.
   *
   * @param part - as `writeTabTotals` writes it.
   */
  keep(part: object): void {
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

/** Takes a lock and holds it as long as the page lives; tells whether it was free. */
function isTaken(locks: LockManager, id: string): Promise<boolean> {
  return new Promise((resolve, reject) => {
    const hold = (lock: Lock | null): Promise<void> | undefined => {
      resolve(lock !== null);
      return lock === null ? undefined : new Promise<void>(() => undefined);
    };
    locks.request(`${PREFIX}:tab:${id}`, { ifAvailable: true }, hold).catch(reject);
  });
}
