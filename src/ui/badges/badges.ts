/**
 * The badges of one notebook: a quiet line below each cell that called models.
 *
 * Owns where the line stands: a widget in the cell's own layout, before its footer, so that it moves, scrolls and goes with
 * the cell and is no part of its outputs.
 */

import type { Cell } from '@jupyterlab/cells';
import { CodeCell } from '@jupyterlab/cells';
import type { NotebookPanel } from '@jupyterlab/notebook';
import { PanelLayout, Widget } from '@lumino/widgets';

import type { Badge } from '../../core/words/badge';
import { badgeOf } from '../../core/words/badge';
import type { NotebookCells } from '../../notebook/notebook-cells';
import type { IMeter, IWording } from '../../tokens';

export class NotebookBadges {
  /** Whether badges are shown. */
  isOn = true;

  /**
   * @param panel - the notebook.
   * @param cells - what its cells used.
   * @param meter - tells whether money is shown.
   * @param wording - in which words.
   */
  constructor(
    private readonly panel: NotebookPanel,
    private readonly cells: NotebookCells,
    private readonly meter: IMeter,
    private readonly wording: IWording
  ) {}

  /** Shows what there is to show now. */
  update(): void {
    for (const cell of this.panel.content.widgets) {
      if (cell instanceof CodeCell) {
        this._show(cell, this.isOn ? this._badgeOf(cell) : undefined);
      }
    }
  }

  private _badgeOf({ model: { id } }: Cell): Badge | undefined {
    const { isCostShown } = this.meter.preferences;
    return badgeOf(this.cells.newestOf(id), this.cells.streamsOf(id), isCostShown, this.wording);
  }

  private _show(cell: CodeCell, badge: Badge | undefined): void {
    if (badge === undefined) {
      this._widgets.get(cell)?.dispose();
      this._widgets.delete(cell);
    } else if (cell.isPlaceholder()) {
      this._showWhenReady(cell);
    } else {
      const details = badge.details.join('\n');
      const label = this.wording.trans.__('LLM usage in this cell: %1', details);
      this._widgetOf(cell)?.setText(badge.text, details, label);
    }
  }

  /** A cell far from what is seen has no layout to stand in before it is drawn. */
  private _showWhenReady(cell: CodeCell): void {
    if (!this._awaited.has(cell)) {
      this._awaited.add(cell);
      void cell.ready.then(() => {
        if (!cell.isDisposed && !this.cells.isDisposed) {
          this.update();
        }
      });
    }
  }

  private _widgetOf(cell: CodeCell): BadgeWidget | undefined {
    const known = this._widgets.get(cell);
    const { layout } = cell;
    if (known !== undefined || !(layout instanceof PanelLayout)) {
      return known;
    }
    const widget = new BadgeWidget();
    this._widgets.set(cell, widget);
    layout.insertWidget(layout.widgets.length - 1, widget);
    return widget;
  }

  private readonly _widgets = new WeakMap<Cell, BadgeWidget>();
  private readonly _awaited = new WeakSet<Cell>();
}

class BadgeWidget extends Widget {
  constructor() {
    super();
    this.addClass('jp-LLMMeter-Badge');
    this.node.setAttribute('role', 'note');
    this.node.append(this._text);
  }

  /**
   * @param text - the line.
   * @param tooltip - the details.
   * @param label - the details for assistive technology.
   */
  setText(text: string, tooltip: string, label: string): void {
    this._text.textContent = text;
    this._text.title = tooltip;
    this.node.setAttribute('aria-label', label);
  }

  private readonly _text = document.createElement('span');
}
