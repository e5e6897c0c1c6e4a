/**
 * Reads the usage out of kernels' outputs: hands each kernel's messages to its runs.
 */

import type { ICellRequest, IKernelCalls, IKernelOutput } from '../tokens';
import type { IRunContext } from './kernel-runs';
import { KernelRuns } from './kernel-runs';

/** The runs of all kernels. Sessions that share a kernel, as a notebook and its console do, share its runs. */
export class OutputScanner {
  /**
   * @param calls - the kernels' messages.
   * @param context - what the runs need from the page.
   */
  constructor(
    calls: IKernelCalls,
    private readonly context: IRunContext
  ) {
    calls.output.connect(this._onOutput, this);
    calls.cellRequested.connect(this._onCellRequested, this);
  }

  private _onOutput(_: IKernelCalls, { kernelId, path, message }: IKernelOutput): void {
    this._runsOf(kernelId).handleMessage(message, path);
  }

  private _onCellRequested(_: IKernelCalls, { kernelId, requestId, cellId }: ICellRequest): void {
    this._runsOf(kernelId).addRequest(requestId, cellId);
  }

  private _runsOf(kernelId: string): KernelRuns {
    const runs = this._kernels.get(kernelId) ?? new KernelRuns(kernelId, this.context);
    this._kernels.set(kernelId, runs);
    return runs;
  }

  private readonly _kernels = new Map<string, KernelRuns>();
}
