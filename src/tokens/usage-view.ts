/**
 * The token of the popover.
 */

import { Token } from '@lumino/coreutils';
import type { Widget } from '@lumino/widgets';

/** The place where today, this month, the limits and the last calls are shown. */
export interface IUsageView {
  /** Opens it beside the gauge, or as a dialog where no gauge is shown. */
  open(): void;

  /**
   * Opens it beside an anchor, or closes it when it is open.
   *
   * @param anchor - the gauge that was pressed.
   */
  toggle(anchor: Widget): void;

  /**
   * Sets the gauge beside which `open` opens it, for as long as the gauge is shown.
   *
   * @param anchor - the gauge.
   */
  setAnchor(anchor: Widget): void;
}

/** The token of the popover. */
export const IUsageView = new Token<IUsageView>(
  'jupyter-llm-meter:IUsageView',
  'The popover with usage, limits and last calls.'
);
