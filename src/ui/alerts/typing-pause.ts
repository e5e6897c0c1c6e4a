/**
 * Waits until the user has stopped typing, so that a dialog that is no emergency does not swallow what is typed.
 */

/** How long no key was pressed when the user has stopped, in milliseconds. */
const PAUSE_MS = 2_000;

/** Follows the keys of a page. */
export class TypingPause {
  /**
   * @param page - where keys are pressed.
   * @param now - milliseconds since any moment.
   */
  constructor(
    page: EventTarget,
    private readonly now: () => number = () => performance.now()
  ) {
    page.addEventListener('keydown', () => (this._lastAt = this.now()), { capture: true });
  }

  /** Resolves when no key was pressed for a while; at once if that is so. */
  async reached(): Promise<void> {
    for (let wait = this._left(); wait > 0; wait = this._left()) {
      await new Promise(resolve => setTimeout(resolve, wait));
    }
  }

  private _left(): number {
    return this._lastAt + PAUSE_MS - this.now();
  }

  private _lastAt = Number.NEGATIVE_INFINITY;
}
