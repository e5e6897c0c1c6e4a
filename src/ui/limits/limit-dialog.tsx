/**
 * The dialog at a limit, in which the limit can be raised.
 *
 * It shows what happened, or the form in its place. While the form is open, Enter submits the form, and Escape closes the form
 * and not the dialog. The form is loaded when it is opened.
 */

import '../../../style/dialogs.css';

import { Dialog } from '@jupyterlab/apputils';
import type { Translate } from '../../core/words/translate';
import { ReactWidget } from '@jupyterlab/ui-components';
import * as React from 'react';

/** Loads the form; `close` closes it. */
export type LoadForm = (close: () => void) => Promise<React.ReactElement>;

/** The body: what happened, or the form in its place. */
class LimitContent extends ReactWidget {
  constructor(private readonly story: React.ReactElement) {
    super();
    this.addClass('jp-LLMMeter-LimitContent');
  }

  /** What is shown in place of the story; undefined shows the story. */
  get form(): React.ReactElement | undefined {
    return this._form;
  }

  set form(form: React.ReactElement | undefined) {
    this._form = form;
    this.update();
  }

  protected override render(): React.ReactElement {
    return this._form ?? this.story;
  }

  private _form?: React.ReactElement;
}

/** What the dialog shows. */
interface LimitDialogOptions {
  readonly title: string;
  /** What happened; absent for a dialog that only has the form. */
  readonly story?: React.ReactElement;
  readonly buttons: readonly Dialog.IButton[];
  readonly defaultButton?: number;
  /** The index of the button that opens the form. */
  readonly raiseButton?: number;
  readonly loadForm: LoadForm;
  readonly trans: Translate;
}

/** The dialog. */
export class LimitDialog extends Dialog<void> {
  constructor(private readonly options: LimitDialogOptions) {
    const content = new LimitContent(options.story ?? <></>);
    super({
      title: options.title,
      body: content,
      buttons: options.buttons,
      defaultButton: options.defaultButton
    });
    this.addClass('jp-LLMMeter-LimitDialog');
    this.content = content;
  }

  /** Opens the form in place of the story. */
  async openForm(): Promise<void> {
    const { loadForm, trans } = this.options;
    this.addClass('jp-LLMMeter-mod-raising');
    this.content.form = <p role="status">{trans.__('Loading…')}</p>;
    try {
      this.content.form = await loadForm(() => this.closeForm());
    } catch (error) {
      this.content.form = (
        <LoadProblem reason={String(error)} onBack={() => this.closeForm()} trans={trans} />
      );
    }
  }

  /** Shows what happened again; closes a dialog that only has the form. */
  closeForm(): void {
    if (this.options.story === undefined) {
      this.reject();
      return;
    }
    this.removeClass('jp-LLMMeter-mod-raising');
    this.content.form = undefined;
    this.node.querySelector<HTMLElement>('.jp-LLMMeter-RaiseButton')?.focus();
  }

  override resolve(index?: number): void {
    if (index !== undefined && index === this.options.raiseButton) {
      void this.openForm();
    } else {
      super.resolve(index);
    }
  }

  override handleEvent(event: Event): void {
    if (this.content.form === undefined || !this._isOfForm(event)) {
      super.handleEvent(event);
    }
  }

  private _isOfForm(event: Event): boolean {
    if (event instanceof KeyboardEvent) {
      if (event.key === 'Escape') {
        event.preventDefault();
        event.stopPropagation();
        this.closeForm();
      }
      return true;
    }
    if (event.type === 'focus' && !this.node.contains(event.target as Node)) {
      event.stopPropagation();
      this.node.querySelector<HTMLElement>('.jp-LLMMeter-LimitContent :is(input, button)')?.focus();
      return true;
    }
    return false;
  }

  private readonly content: LimitContent;
}

interface LoadProblemProps {
  readonly reason: string;
  readonly onBack: () => void;
  readonly trans: Translate;
}

function LoadProblem({ reason, onBack, trans }: LoadProblemProps): React.ReactElement {
  return (
    <div className="jp-LLMMeter-Note" data-level="exceeded" role="alert">
      <p>{trans.__("Couldn't load the form. Try again when the Jupyter server is available.")}</p>
      <p>{reason}</p>
      <button type="button" className="jp-LLMMeter-Button" onClick={onBack}>
        {trans.__('Back')}
      </button>
    </div>
  );
}
