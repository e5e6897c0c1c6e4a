/**
 * Which kernels' outputs are to be read.
 *
 * Owns the rule that a call is metered by one of tap and scanner: never by the scanner where the tap is alive.
 */

import type { Snapshot } from './core/snapshot';

export class ScannedKernels {
  /**
   * @param snapshot - what the page knows now.
   */
  constructor(private readonly snapshot: () => Snapshot) {}

  /** Whether outputs are read at all. */
  isOn = true;

  /** Notes that a kernel's tap has told of a call. */
  noteTap(kernelId: string): void {
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
    if (connection === 'absent') {
      return true;
    }
    return document?.unmetered.some(kernel => kernel.kernelId === kernelId) ?? false;
  }

  private readonly _tapped = new Set<string>();
}
