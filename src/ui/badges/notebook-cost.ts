/**
 * The cost of the whole notebook in its toolbar, for users who save costs in notebooks.
 */

import type { ISignal } from '@lumino/signaling';
import { Widget } from '@lumino/widgets';

import type { Sums } from '../../core/record/run-sums';
import { sumsCostText } from '../../core/words/badge';
import type { IWording } from '../../tokens';

/** The label in the notebook's toolbar. */
export class NotebookCostLabel extends Widget {
  /**
   * @param total - the sums of the notebook; undefined while they are unknown or not to be shown.
   * @param wording - the words.
   * @param changed - emitted when the sums change.
   */
  constructor(
    private readonly total: () => Sums | undefined,
    private readonly wording: IWording,
    changed: ISignal<unknown, void>
  ) {
    super();
    this.addClass('jp-LLMMeter-NotebookCost');
    this.node.setAttribute('role', 'note');
    changed.connect(this._showCost, this);
    wording.changed.connect(this._showCost, this);
    this._showCost();
  }

  private _showCost(): void {
    const total = this.total();
    const { trans } = this.wording;
    const cost = total && sumsCostText(total, this.wording);
    this.setHidden(cost === undefined);
    this.node.textContent = cost === undefined ? '' : trans.__('LLM: %1', cost);
    this.node.title = trans.__('Total cost of the latest run of each cell in this notebook');
  }
}
