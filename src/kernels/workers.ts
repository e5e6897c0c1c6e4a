/**
 * Starts the Web Workers. The bundler finds a worker by exactly this form of address.
 */

/**
 * Starts the worker that reads outputs.
 *
 * @returns the worker of `scan.worker.ts`.
 */
export function startScanWorker(): Worker {
  return new Worker(new URL('./scan.worker.js', import.meta.url));
}

/**
 * Starts the worker that counts tokens.
 *
 * @returns the worker of `count.worker.ts`.
 */
export function startCountWorker(): Worker {
  return new Worker(new URL('./count.worker.js', import.meta.url));
}
