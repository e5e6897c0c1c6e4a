/**
 * Which kernels' outputs are to be read.
 *
 * Owns the rule that a call is metered by one of tap and scanner: never by the scanner where the tap is alive.
 */

import type { Connection, Snapshot } from '../core/record/snapshot';

export class ScannedKernels {
  /**
   * @param snapshot - what the page knows now.
   */
  constructor(private readonly snapshot: () => Snapshot) {}

  /** Whether outputs are read at all. */
  isOn = true;

  /**
   * Remembers that a kernel has a tap.
   *
   * @param kernelId - the kernel.
   */
  addTap(kernelId: string): void {
    this._tapped.add(kernelId);
  }

  /**
   * Whether a kernel's outputs are to be read.
   *
   * With the server part, those that it names as unmetered; without one, all from which no tap was heard. While the server
   * part is not known to be there or not, none: most kernels have a tap.
   */
  has(kernelId: string): boolean {
    if (!this.isOn || this._tapped.has(kernelId)) {
      return false;
    }
    const { connection, document } = this.snapshot();
    this._isAlone = isAloneWith(connection, this._isAlone);
    return (
      this._isAlone || (document?.unmetered.some(kernel => kernel.kernelId === kernelId) ?? false)
    );
  }

  private readonly _tapped = new Set<string>();
  private _isAlone = false;
}

/** Whether there is no server part; a server that is away is taken to be what it was. */
function isAloneWith(connection: Connection, was: boolean): boolean {
  switch (connection) {
    case 'absent':
    case 'local':
      return true;
    case 'live':
      return false;
    default:
      return was;
  }
}
