/**
 * Shows usage in a popover beside the gauge, or in a dialog if the gauge is hidden.
 */

import { Dialog } from '@jupyterlab/apputils';
import type { Widget } from '@lumino/widgets';

import type { IMeter, IUsageView, IWording } from '../../tokens';
import { Popover } from './popover';
import type { UsageActions } from './usage-body';
import type { UsagePlaces } from './usage-popover';
import { UsageWidget } from './usage-popover';

/** Opens and closes the popover or the dialog. */
export class UsageView implements IUsageView {
  /**
   * @param meter - the figures and preferences.
   * @param wording - the words.
   * @param places - the notebook that the user works in, and the costs of its cells.
   * @param actions - what the buttons do.
   * @param host - the element that the popover stays inside of.
   */
  constructor(
    private readonly meter: IMeter,
    private readonly wording: IWording,
    private readonly places: UsagePlaces,
    private readonly actions: UsageActions,
    private readonly host: HTMLElement
  ) {}

  open(): void {
    if (this._anchor?.isVisible) {
      this._openBeside(this._anchor);
    } else {
      this._openDialog();
    }
  }

  toggle(anchor: Widget): void {
    if (this._popover !== null) {
      this._popover.dispose();
    } else {
      this._openBeside(anchor);
    }
  }

  /** {@inheritDoc IUsageView.setAnchor} */
  setAnchor(anchor: Widget): void {
    this._anchor = anchor;
  }

  private _openBeside(anchor: Widget): void {
    this._popover?.dispose();
    const body = this._bodyThatCloses(() => popover.dispose());
    const label = this.wording.trans.__('LLM usage');
    const popover = new Popover(body, anchor, label, this.host);
    popover.disposed.connect(() => {
      this._popover = null;
    });
    this._popover = popover;
    popover.open();
  }

  private _openDialog(): void {
    const { trans } = this.wording;
    const body = this._bodyThatCloses(() => dialog.reject());
    const dialog = new Dialog({
      title: trans.__('LLM Meter'),
      body,
      buttons: [Dialog.okButton({ label: trans.__('Close') })]
    });
    void dialog.launch();
  }

  /** The body; each button closes the popover or dialog first. */
  private _bodyThatCloses(close: () => void): UsageWidget {
    const { actions } = this;
    const closing =
      <T extends unknown[]>(act: (...args: T) => void) =>
      (...args: T): void => {
        close();
        act(...args);
      };
    return new UsageWidget(this.meter, this.wording, this.places, {
      ...actions,
      openDashboard: closing(actions.openDashboard),
      openSettings: closing(actions.openSettings),
      showDiagnostics: closing(actions.showDiagnostics),
      showRaises: closing(actions.showRaises),
      raise: closing(actions.raise)
    });
  }

  private _anchor: Widget | null = null;
  private _popover: Popover | null = null;
}
