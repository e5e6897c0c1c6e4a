/**
 * The badges of one notebook: a quiet line below each cell that called models.
 *
 * The line is a widget in the cell's own layout, before its footer, so that it moves, scrolls and disappears with the cell
 * and is not part of its outputs.
 */

import type { Cell } from '@jupyterlab/cells';
import { CodeCell } from '@jupyterlab/cells';
import type { NotebookPanel } from '@jupyterlab/notebook';
import { PanelLayout, Widget } from '@lumino/widgets';

import type { CellRun } from '../../core/record/cell-runs';
import type { Badge, UnderWay } from '../../core/words/badge';
import { badgeOf } from '../../core/words/badge';
import type { IWording } from '../../tokens';

/** What the badges of a notebook show. */
interface BadgeSource {
  readonly isDisposed: boolean;

  /** The newest run of a cell; undefined if it has made no calls yet. */
  newestOf(cellId: string): CellRun | undefined;

  /** The responses that are streaming in to a cell. */
  streamsOf(cellId: string): readonly UnderWay[];
}

/** The badges of one notebook. */
export class NotebookBadges {
  /** Whether badges are shown. */
  isOn = true;

  /**
   * @param panel - the notebook.
   * @param cells - the runs of its cells.
   * @param wording - the words.
   */
  constructor(
    private readonly panel: NotebookPanel,
    private readonly cells: BadgeSource,
    private readonly wording: IWording
  ) {}

  /** Brings every badge up to date. */
  update(): void {
    for (const cell of this.panel.content.widgets) {
      if (cell instanceof CodeCell) {
        this._showBadge(cell, this.isOn ? this._badgeOf(cell) : undefined);
      }
    }
  }

  private _badgeOf({ model: { id } }: Cell): Badge | undefined {
    return badgeOf(this.cells.newestOf(id), this.cells.streamsOf(id), this.wording);
  }

  private _showBadge(cell: CodeCell, badge: Badge | undefined): void {
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

  /** A cell outside the viewport has no layout until it is drawn. */
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
