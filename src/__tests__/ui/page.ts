/**
 * A page of jsdom on which a component is shown, used and read.
 */

import { act } from 'react';
import type { ReactElement } from 'react';
import { createRoot } from 'react-dom/client';
import type { Root } from 'react-dom/client';

type Field = HTMLInputElement | HTMLTextAreaElement | HTMLSelectElement;

export class Page {
  private readonly _node = document.body.appendChild(document.createElement('div'));
  private readonly _root: Root = createRoot(this._node);

  async show(element: ReactElement): Promise<void> {
    await settled(() => this._root.render(element));
  }

  async close(): Promise<void> {
    await settled(() => this._root.unmount());
    this._node.remove();
  }

  get text(): string {
    return this._node.textContent ?? '';
  }

  /** All that people see or hear: the text, what fields hold, tooltips and names for assistive technology. */
  get readable(): string {
    const texts = [...this._node.querySelectorAll('*')].flatMap(node => [
      ...['title', 'aria-label', 'aria-description', 'placeholder'].map(name =>
        node.getAttribute(name)
      ),
      node instanceof HTMLInputElement ? node.value : null
    ]);
    return [this.text, ...texts.filter(text => text !== null)].join('\n');
  }

  /** The texts of the alerts. */
  get alerts(): string[] {
    return [...this._node.querySelectorAll('[role=alert]')]
      .map(({ textContent }) => textContent ?? '')
      .filter(text => text !== '');
  }

  find<T extends Element = HTMLElement>(selector: string): T {
    const found = this._node.querySelector<T>(selector);
    if (found === null) {
      throw new Error(`there is no ${selector}`);
    }
    return found;
  }

  /** The button with a name: its aria-label, else its text. */
  button(name: string): HTMLButtonElement {
    const found = [...this._node.querySelectorAll('button')].find(
      button => (button.getAttribute('aria-label') ?? button.textContent) === name
    );
    if (found === undefined) {
      throw new Error(`there is no button ${name}`);
    }
    return found;
  }

  /** The texts of all elements that match. */
  textsOf(selector: string): string[] {
    return [...this._node.querySelectorAll(selector)].map(({ textContent }) => textContent ?? '');
  }

  has(selector: string): boolean {
    return this._node.querySelector(selector) !== null;
  }

  /** Clicks the button with a name. */
  async click(name: string): Promise<void> {
    await settled(() => this.button(name).click());
  }

  /** Presses a key while an element has the focus. */
  async key(selector: string, key: string): Promise<void> {
    await settled(() => {
      this.find(selector).dispatchEvent(new KeyboardEvent('keydown', { key, bubbles: true }));
    });
  }

  /** Writes into a field, as typing does, and leaves it. */
  async write(selector: string, text: string): Promise<void> {
    const field = this.find<Field>(selector);
    await settled(() => {
      // React watches the property of the instance, so the one of the prototype is set.
      const prototype = Object.getPrototypeOf(field) as object;
      Object.getOwnPropertyDescriptor(prototype, 'value')?.set?.call(field, text);
      const kind = field instanceof HTMLSelectElement ? 'change' : 'input';
      field.dispatchEvent(new Event(kind, { bubbles: true }));
    });
    await settled(() => {
      field.dispatchEvent(new FocusEvent('focusout', { bubbles: true }));
    });
  }

  async press(selector: string): Promise<void> {
    await settled(() => this.find(selector).click());
  }

  /** Unfolds a `details` element; jsdom itself would fire its event later. */
  async unfold(selector: string): Promise<void> {
    const details = this.find<HTMLDetailsElement>(selector);
    await settled(() => {
      details.open = true;
      details.dispatchEvent(new Event('toggle'));
    });
  }
}

/** Makes a change and waits for all that follows from it. */
async function settled(change: () => void): Promise<void> {
  await act(() => {
    change();
    return Promise.resolve();
  });
}

/** Tells React that a test waits for its effects. */
export function expectAct(): void {
  Object.assign(globalThis, { IS_REACT_ACT_ENVIRONMENT: true });
}

/** Gives elements a width, and charts an observer of it: jsdom draws nothing. */
export function fakeLayout(): void {
  Object.defineProperty(HTMLElement.prototype, 'clientWidth', { value: 600, configurable: true });
  globalThis.ResizeObserver = class implements ResizeObserver {
    observe(): void {}
    unobserve(): void {}
    disconnect(): void {}
  };
}
