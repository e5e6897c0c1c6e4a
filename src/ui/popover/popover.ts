/**
 * A box that opens beside an anchor, above or below it as there is room.
 *
 * Esc, a press outside and the end of the anchor close it. It gets the focus when it opens, and gives it back when it closes.
 * `Popup` of @jupyterlab/statusbar opens above its anchor only, so it cannot serve a gauge in the top area; this uses the same
 * `HoverBox`.
 */

import { HoverBox } from '@jupyterlab/ui-components';
import type { Message } from '@lumino/messaging';
import { Panel, Widget } from '@lumino/widgets';

/** Smallest and largest height, in CSS pixels. */
const MIN_HEIGHT = 60;
const MAX_HEIGHT = 680;
/** What is left free beside it, in CSS pixels. */
const MARGIN = 4;

/** The box. */
export class Popover extends Panel {
  /**
   * @param body - what it shows; disposed with the popover.
   * @param anchor - beside which it opens.
   * @param label - its name for assistive technology.
   * @param host - what it has to stay inside of. Not the body of the page: that has no height in Notebook 7.
   */
  constructor(
    body: Widget,
    private readonly anchor: Widget,
    label: string,
    private readonly host: HTMLElement
  ) {
    super();
    this.addClass('jp-ThemedContainer');
    this.addClass('jp-LLMMeter-Popover');
    this.node.setAttribute('role', 'dialog');
    this.node.setAttribute('aria-label', label);
    this.node.tabIndex = -1;
    this.addWidget(body);
    anchor.disposed.connect(this.dispose, this);
  }

  /** Shows it and moves the focus into it. */
  open(): void {
    this._formerFocus = document.activeElement;
    Widget.attach(this, document.body);
    this._place();
    this.node.focus();
  }

  /** Closes it, and gives the focus back. */
  override dispose(): void {
    if (this.isDisposed) {
      return;
    }
    const { activeElement } = document;
    // When an element with the focus is removed, the focus moves to the body.
    const hadFocus = activeElement === document.body || this.node.contains(activeElement);
    super.dispose();
    if (hadFocus && this._formerFocus instanceof HTMLElement) {
      this._formerFocus.focus();
    }
  }

  /**
   * Handles the events of the document and the window.
   *
   * @param event - a key, a press or a change of size.
   */
  handleEvent(event: Event): void {
    switch (event.type) {
      case 'keydown':
        this._onKeyDown(event as KeyboardEvent);
        break;
      case 'pointerdown':
        this._onPointerDown(event);
        break;
      case 'resize':
        this._place();
        break;
    }
  }

  protected override onAfterAttach(message: Message): void {
    super.onAfterAttach(message);
    document.addEventListener('keydown', this);
    document.addEventListener('pointerdown', this, true);
    window.addEventListener('resize', this);
    this._observer.observe(this.widgets[0].node);
    this._observer.observe(this.host);
  }

  protected override onBeforeDetach(message: Message): void {
    document.removeEventListener('keydown', this);
    document.removeEventListener('pointerdown', this, true);
    window.removeEventListener('resize', this);
    this._observer.disconnect();
    super.onBeforeDetach(message);
  }

  private _onKeyDown(event: KeyboardEvent): void {
    // Tab moves the focus out of it, to an element that may use the key itself.
    if (event.key === 'Escape' && !event.defaultPrevented) {
      event.preventDefault();
      this.dispose();
    }
  }

  private _onPointerDown({ target }: Event): void {
    const isInside =
      target instanceof Node && (this.node.contains(target) || this.anchor.node.contains(target));
    if (!isInside) {
      this.dispose();
    }
  }

  private _place(): void {
    const anchor = this.anchor.node.getBoundingClientRect();
    const { width } = this.node.getBoundingClientRect();
    HoverBox.setGeometry({
      anchor,
      host: this.host,
      node: this.node,
      minHeight: MIN_HEIGHT,
      maxHeight: MAX_HEIGHT,
      privilege: 'above',
      // The bar's items stand at the right edge, so the right edges are aligned, unless long items push the anchor away.
      offset: { horizontal: Math.max(anchor.width - width, MARGIN - anchor.left) }
    });
  }

  private readonly _observer = new ResizeObserver(() => this._place());
  private _formerFocus: Element | null = null;
}
