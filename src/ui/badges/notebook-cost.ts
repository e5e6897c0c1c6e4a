/**
 * The cost of the whole notebook in its toolbar, for those who save costs into the notebook.
 */

import type { ISignal } from '@lumino/signaling';
import { Widget } from '@lumino/widgets';

import type { Sums } from '../../core/record/run-sums';
import { sumsCostText } from '../../core/words/badge';
import type { IWording } from '../../tokens';

export class NotebookCostLabel extends Widget {
  /**
   * @param total - what the notebook costs; undefined where it is not to be shown.
   * @param wording - in which words.
   * @param changed - emitted when it costs something else.
   */
  constructor(
    private readonly total: () => Sums | undefined,
    private readonly wording: IWording,
    changed: ISignal<unknown, void>
  ) {
    super();
    this.addClass('jp-LLMMeter-NotebookCost');
    this.node.setAttribute('role', 'note');
    changed.connect(this._show, this);
    wording.changed.connect(this._show, this);
    this._show();
  }

  private _show(): void {
    const total = this.total();
    const { trans, format } = this.wording;
    const cost = total && sumsCostText(total, trans, format);
    this.setHidden(cost === undefined);
    this.node.textContent = cost === undefined ? '' : trans.__('LLM: %1', cost);
    this.node.title = trans.__("What the newest runs of this notebook's cells cost together");
  }
}
