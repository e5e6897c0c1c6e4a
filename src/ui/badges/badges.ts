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

import type { CellRun } from '../../core/record/cell-runs';
import type { Badge, UnderWay } from '../../core/words/badge';
import { badgeOf } from '../../core/words/badge';
import type { IMeter, IWording } from '../../tokens';

/** What the cells of a notebook used. */
export interface BadgeSource {
  readonly isDisposed: boolean;
  /** The newest run of a cell; undefined when it made no call. */
  newestOf(cellId: string): CellRun | undefined;
  /** The answers of a cell that stream. */
  streamsOf(cellId: string): readonly UnderWay[];
}

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
    private readonly cells: BadgeSource,
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
    const { trans, format } = this.wording;
    const { isCostShown } = this.meter.preferences;
    return badgeOf(this.cells.newestOf(id), this.cells.streamsOf(id), isCostShown, trans, format);
  }

  private _show(cell: CodeCell, badge: Badge | undefined): void {
    if (badge === undefined) {
      this._widgets.get(cell)?.dispose();
      this._widgets.delete(cell);
    } else if (cell.isPlaceholder()) {
      this._showWhenReady(cell);
    } else {
      const { trans } = this.wording;
      this._widgetOf(cell)?.tell(badge, trans.__('LLM usage of this cell'));
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
   * @param badge - what to show.
   * @param title - what it is about.
   */
  tell(badge: Badge, title: string): void {
    this._text.textContent = badge.text;
    this._text.title = badge.details.join('\n');
    this.node.setAttribute('aria-label', `${title}: ${badge.details.join(', ')}`);
  }

  private readonly _text = document.createElement('span');
}
