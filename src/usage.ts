/**
 * Where usage is shown: in a popover beside the gauge, or in a dialog where no gauge is shown.
 */

import { Dialog } from '@jupyterlab/apputils';
import type { Widget } from '@lumino/widgets';

import type { IMeter, IUsageView, IWording } from './tokens';
import { Popover } from './widgets/popover';
import { UsageWidget } from './widgets/usage';

export class UsageView implements IUsageView {
  anchor: Widget | null = null;

  /**
   * @param meter - what is shown.
   * @param wording - in which words.
   * @param onSettings - opens the settings.
   * @param host - what the popover stays inside of.
   */
  constructor(
    private readonly meter: IMeter,
    private readonly wording: IWording,
    private readonly onSettings: () => void,
    private readonly host: HTMLElement
  ) {}

  open(): void {
    if (this.anchor?.isVisible) {
      this._openBeside(this.anchor);
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

  private _openBeside(anchor: Widget): void {
    this._popover?.dispose();
    const body = new UsageWidget(this.meter, this.wording, () => {
      popover.dispose();
      this.onSettings();
    });
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
    const body = new UsageWidget(this.meter, this.wording, () => {
      dialog.reject();
      this.onSettings();
    });
    const dialog = new Dialog({
      title: trans.__('LLM Meter'),
      body,
      buttons: [Dialog.okButton({ label: trans.__('Close') })]
    });
    void dialog.launch();
  }

  private _popover: Popover | null = null;
}
