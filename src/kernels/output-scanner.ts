/**
 * Reads the usage out of kernels' outputs: passes each kernel's messages to its runs. Loaded with the first run.
 */

import type { ICellRequest, IKernelOutput } from '../tokens';
import type { IRunContext } from './kernel-runs';
import { KernelRuns } from './kernel-runs';
import { TextReader } from './text-reader';
import type { WorkerPort } from './worker-client';

/** The runs of all kernels. Sessions that share a kernel, as a notebook and its console do, share its runs. */
export class OutputScanner {
  /**
   * @param startWorker - starts the worker of `scan.worker.ts`; called once, with the first large text.
   * @param context - what the runs need from the page besides.
   */
  constructor(startWorker: () => WorkerPort, context: Omit<IRunContext, 'reader'>) {
    this._context = { ...context, reader: new TextReader(startWorker) };
  }

  /**
   * Handles a message of a kernel.
   *
   * @param output - the message, in the order of arrival.
   */
  handleOutput({ kernelId, path, message }: IKernelOutput): void {
    this._runsOf(kernelId).handleMessage(message, path);
  }

  /**
   * Remembers which cell a request is from.
   *
   * @param request - the cell that was sent to its kernel.
   */
  addRequest({ kernelId, requestId, cellId }: ICellRequest): void {
    this._runsOf(kernelId).addRequest(requestId, cellId);
  }

  private _runsOf(kernelId: string): KernelRuns {
    const runs = this._kernels.get(kernelId) ?? new KernelRuns(kernelId, this._context);
    this._kernels.set(kernelId, runs);
    return runs;
  }

  private readonly _context: IRunContext;
  private readonly _kernels = new Map<string, KernelRuns>();
}
