/**
 * Reports to the server extension which cell is sent to a kernel whose tap this page has not seen.
 *
 * A Python process below a kernel of another language knows its kernel but not the cell; the tap in an IPython kernel knows both.
 */

import { AbsentError } from '../core/errors';
import type { ICellRequest, IKernelCalls } from '../tokens';

/** Posts the cell of a request. */
export type PostRun = (request: ICellRequest) => Promise<void>;

/** Reports the cells that are sent to kernels. */
export class CellReporter {
  /**
   * @param calls - the kernels' messages.
   * @param isServed - whether there is a server extension.
   * @param post - posts a request.
   */
  constructor(
    calls: IKernelCalls,
    private readonly isServed: () => boolean,
    private readonly post: PostRun
  ) {
    calls.tapSeen.connect((_, kernelId) => this._tapped.add(kernelId));
    calls.cellRequested.connect((_, request) => void this._report(request));
  }

  private async _report(request: ICellRequest): Promise<void> {
    if (this._isUnknown || this._tapped.has(request.kernelId) || !this.isServed()) {
      return;
    }
    try {
      await this.post(request);
    } catch (error) {
      // An older server extension has no such route.
      this._isUnknown = error instanceof AbsentError;
      console.error('LLM Meter cannot name the cell of the calls of this run.', error);
    }
  }

  private readonly _tapped = new Set<string>();
  private _isUnknown = false;
}
