/**
 * Decides which kernels' outputs are read: those without a tap, so that a call is metered by the tap or by the scanner, never
 * by both.
 */

import type { Connection, Snapshot } from '../core/record/snapshot';

/** The rule, and the taps that this page has seen. */
export class ScannedKernels {
  /**
   * @param snapshot - returns what the page knows now.
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
   * Whether a kernel's outputs are read.
   *
   * With the server extension, those that it names as unmetered; without one, all whose tap was not seen. While it is not known
   * whether there is one, none: most kernels have a tap.
   *
   * @param kernelId - the kernel.
   * @returns whether they are read.
   */
  has(kernelId: string): boolean {
    if (!this.isOn || this._tapped.has(kernelId)) {
      return false;
    }
    const { connection, document } = this.snapshot();
    this._isExtensionAbsent = isExtensionAbsent(connection, this._isExtensionAbsent);
    return (
      this._isExtensionAbsent ||
      (document?.unmetered.some(kernel => kernel.kernelId === kernelId) ?? false)
    );
  }

  /**
   * Whether what a shell prints in a kernel is read although the kernel has a tap: programs that are not Python have none. Only
   * with the server extension, whose ledger knows a call that a tap below the kernel has reported too.
   *
   * @param kernelId - the kernel.
   * @returns whether it is read.
   */
  hasShell(kernelId: string): boolean {
    const isServed = this.snapshot().connection === 'live';
    return this.isOn && isServed && !this.has(kernelId);
  }

  private readonly _tapped = new Set<string>();
  private _isExtensionAbsent = false;
}

/** Whether there is no server extension; a server that is away is taken to be what it was. */
function isExtensionAbsent(connection: Connection, was: boolean): boolean {
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
