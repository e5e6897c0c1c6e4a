/**
 * Collects what a run printed for the reader. This text is counted if nothing else says what a call used.
 *
 * Of each object only one form is used. Errors, warnings and pictures are left out. More than `LONGEST` characters cannot be an
 * answer of an LLM, so nothing is estimated.
 */

import type { Fields } from './bundle';
import { objectOf, textOf } from './bundle';

const LONGEST = 1_000_000;
/** In the order in which they are tried. */
const READABLE = ['text/markdown', 'text/plain'];
/** A text as R, Python and JavaScript print it for a result. */
const QUOTED = /^(?:\[1\] )?(["'])([\s\S]*)\1$/;

export class PrintedAnswer {
  /** Takes a message of the run, of any type. */
  append(type: string, content: unknown): void {
    const fields = objectOf(content);
    switch (type) {
      case 'stream':
        if (fields.name === 'stdout' && typeof fields.text === 'string') {
          this._add(fields.text);
        }
        break;
      case 'execute_result':
      case 'display_data':
      case 'update_display_data':
        this._addDisplay(objectOf(fields.data), objectOf(fields.transient).display_id);
        break;
      case 'clear_output':
        // A display that grows is cleared and shown again.
        this._parts.clear();
        this._length = 0;
        break;
      case 'error':
        this._hasFailed = true;
        break;
      default:
    }
  }

  /** What was printed; undefined when it was nothing, or more than an answer can be. */
  get text(): string | undefined {
    const text = this._length > LONGEST ? '' : [...this._parts.values()].join('').trim();
    return text === '' ? undefined : text;
  }

  /** Whether the run ended with an error or was interrupted. */
  get hasFailed(): boolean {
    return this._hasFailed;
  }

  private _addDisplay(data: Fields, displayId: unknown): void {
    const form = READABLE.map(mime => textOf(data[mime])).find(text => text !== '');
    if (form !== undefined) {
      const key = typeof displayId === 'string' ? displayId : undefined;
      this._add(QUOTED.exec(form)?.[2] ?? form, key);
    }
  }

  private _add(text: string, key: string | number = this._parts.size): void {
    this._length += text.length - (this._parts.get(key)?.length ?? 0);
    if (this._length <= LONGEST) {
      this._parts.set(key, text);
    }
  }

  private readonly _parts = new Map<string | number, string>();
  private _length = 0;
  private _hasFailed = false;
}
