/**
 * Runs jobs in a Web Worker, or in the page where a worker cannot be had.
 */

import type { IDisposable } from '@lumino/disposable';

/** The part of a Web Worker that is used here. */
export type WorkerPort = Pick<Worker, 'postMessage' | 'terminate' | 'onmessage' | 'onerror'>;

/** A message between page and worker; the answer has the id of its request. */
interface IWorkerMessage {
  readonly id: number;
}

/** One worker and the requests that it has not answered yet. */
export class WorkerClient<
  Request extends IWorkerMessage,
  Answer extends IWorkerMessage
> implements IDisposable {
  /**
   * @param options - how the worker is started, and what replaces it.
   */
  constructor(private readonly options: WorkerClient.IOptions<Request, Answer>) {
    this._runInPage = options.createPageRunner(answer => this._settle(answer));
  }

  /** Whether the worker is terminated for good. */
  get isDisposed(): boolean {
    return this._isDisposed;
  }

  /** Terminates the worker; requests without an answer are rejected with an AbortError. */
  dispose(): void {
    if (this._isDisposed) {
      return;
    }
    this._isDisposed = true;
    this._worker?.terminate();
    const waiting = [...this._waiting.values()];
    this._waiting.clear();
    waiting.forEach(({ reject }) => reject(abortError()));
  }

  /**
   * Sends a request, and starts the worker with the first one.
   *
   * @param write - writes the request under an id.
   * @param signal - cancels the request.
   * @returns the answer.
   * @throws {DOMException} named AbortError, when the request is cancelled or the client disposed.
   */
  async request(write: (id: number) => Request, signal?: AbortSignal): Promise<Answer> {
    if (this._isDisposed || signal?.aborted === true) {
      throw abortError();
    }
    const request = write(this._next++);
    const cancel = (): void => this._cancel(request.id);
    signal?.addEventListener('abort', cancel, { once: true });
    try {
      return await new Promise<Answer>((resolve, reject) => {
        this._waiting.set(request.id, { request, resolve, reject });
        this._post(request);
      });
    } finally {
      signal?.removeEventListener('abort', cancel);
    }
  }

  private _cancel(id: number): void {
    const waiting = this._waiting.get(id);
    if (waiting !== undefined) {
      this._waiting.delete(id);
      const message = this.options.writeCancel?.(id);
      if (message !== undefined) {
        this._post(message);
      }
      waiting.reject(abortError());
    }
  }

  private _post(request: Request): void {
    const worker = this._startWorker();
    if (worker === undefined) {
      this._runInPage(request);
    } else {
      worker.postMessage(request);
    }
  }

  private _startWorker(): WorkerPort | undefined {
    if (this._worker === undefined && !this._hasFailed) {
      try {
        this._worker = this.options.startWorker();
        this._worker.onmessage = event => this._settle((event as MessageEvent<Answer>).data);
        this._worker.onerror = () => this._replaceWorker();
      } catch {
        // A page whose security policy forbids workers throws here.
        this._hasFailed = true;
      }
    }
    return this._worker;
  }

  /** Runs in the page what the worker has not answered. */
  private _replaceWorker(): void {
    this._hasFailed = true;
    this._worker?.terminate();
    this._worker = undefined;
    for (const { request } of [...this._waiting.values()]) {
      this._runInPage(request);
    }
  }

  private _settle(answer: Answer): void {
    const waiting = this._waiting.get(answer.id);
    this._waiting.delete(answer.id);
    waiting?.resolve(answer);
  }

  private readonly _runInPage: (request: Request) => void;
  private readonly _waiting = new Map<number, Waiting<Request, Answer>>();
  private _worker?: WorkerPort;
  private _hasFailed = false;
  private _isDisposed = false;
  private _next = 0;
}

/** Types of `WorkerClient`. */
export declare namespace WorkerClient {
  /** What a client needs. */
  export interface IOptions<Request extends IWorkerMessage, Answer extends IWorkerMessage> {
    /** Starts the worker; called once, with the first request. */
    readonly startWorker: () => WorkerPort;
    /** Creates what runs requests in the page; it passes its answers to `answer`. */
    readonly createPageRunner: (answer: (answer: Answer) => void) => (request: Request) => void;
    /** Writes the message that cancels a request; absent where a job cannot be cancelled. */
    readonly writeCancel?: (id: number) => Request;
  }
}

interface Waiting<Request, Answer> {
  readonly request: Request;
  readonly resolve: (answer: Answer) => void;
  readonly reject: (error: Error) => void;
}

function abortError(): DOMException {
  return new DOMException('The request was cancelled.', 'AbortError');
}
