/**
 * Loads the output scanner with the first run, and keeps what kernels send until it is loaded.
 */

import type { ICellRequest, IKernelCalls, IKernelOutput } from '../tokens';
import type { OutputScanner } from './output-scanner';

/** Messages kept while the scanner loads; the oldest are dropped first. */
const MOST_WAITING = 10_000;

type Delivery = (scanner: OutputScanner) => void;

/** Passes kernels' messages to the scanner, in the order of their arrival. */
export class OutputQueue {
  /**
   * @param calls - the kernels' messages.
   * @param load - loads the scanner; called again with the next run when it fails.
   */
  constructor(
    calls: IKernelCalls,
    private readonly load: () => Promise<OutputScanner>
  ) {
    calls.output.connect(this._onOutput, this);
    calls.cellRequested.connect(this._onCellRequested, this);
  }

  private _onOutput(_: IKernelCalls, output: IKernelOutput): void {
    const isStart = output.message.header.msg_type === 'execute_input';
    this._deliver(scanner => scanner.handleOutput(output), isStart);
  }

  private _onCellRequested(_: IKernelCalls, request: ICellRequest): void {
    this._deliver(scanner => scanner.addRequest(request), true);
  }

  /** Outputs before the first start of a run belong to no run that this page has seen start. */
  private _deliver(delivery: Delivery, isStart: boolean): void {
    if (this._scanner !== undefined) {
      delivery(this._scanner);
    } else if (isStart || this._waiting.length > 0) {
      this._waiting.push(delivery);
      this._waiting.splice(0, this._waiting.length - MOST_WAITING);
      if (isStart && !this._isLoading) {
        void this._loadScanner();
      }
    }
  }

  private async _loadScanner(): Promise<void> {
    this._isLoading = true;
    try {
      const scanner = await this.load();
      this._waiting.splice(0).forEach(delivery => delivery(scanner));
      this._scanner = scanner;
    } catch (error) {
      console.error('LLM Meter cannot read outputs yet; the next run tries again.', error);
    } finally {
      this._isLoading = false;
    }
  }

  private readonly _waiting: Delivery[] = [];
  private _scanner?: OutputScanner;
  private _isLoading = false;
}
