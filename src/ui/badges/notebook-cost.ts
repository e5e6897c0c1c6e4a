/**
 * The cost of the whole notebook in its toolbar, for those who save costs into the notebook.
 */

import type { NotebookPanel } from '@jupyterlab/notebook';
import { Widget } from '@lumino/widgets';

import type { CellCosts } from '../../notebook/cell-costs';
import { sumsCostText } from '../../core/words/badge';
import type { IWording } from '../../tokens';

export class NotebookCostLabel extends Widget {
  /**
   * @param panel - the notebook.
   * @param costs - what it costs.
   * @param wording - in which words.
   * @param isOn - whether it is wanted now.
   */
  constructor(
    private readonly panel: NotebookPanel,
    private readonly costs: CellCosts,
    private readonly wording: IWording,
    private readonly isOn: () => boolean
  ) {
    super();
    this.addClass('jp-LLMMeter-NotebookCost');
    this.node.setAttribute('role', 'note');
    costs.changed.connect(this._show, this);
    wording.changed.connect(this._show, this);
    this._show();
  }

  private _show(): void {
    const total = this.costs.of(this.panel)?.costs.total;
    const { trans } = this.wording;
    const cost = total && sumsCostText(total, this.wording);
    this.setHidden(!this.isOn() || cost === undefined);
    this.node.textContent = cost === undefined ? '' : trans.__('LLM: %1', cost);
    this.node.title = trans.__('Total cost of the latest run of each cell in this notebook');
  }
}
