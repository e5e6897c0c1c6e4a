/**
 * The dialogs in which limits are raised and raises are listed. Form and list are loaded when they are opened.
 */

import { Dialog, Notification, showDialog } from '@jupyterlab/apputils';
import * as React from 'react';

import type { Raise } from '../core/limits/raise';
import type { Standing } from '../core/record/standing';
import { raisedText } from '../core/words/outlook';
import type { IMeter, IRaises, IWording } from '../tokens';
import type { LoadForm } from '../ui/limits/limit-dialog';
import { LimitDialog } from '../ui/limits/limit-dialog';

/** How long the confirmation of a raise is shown, in milliseconds. */
const SHOWN_FOR_MS = 8_000;

/**
 * The form for a limit, to be shown in a dialog.
 *
 * @param raises - raises the limit.
 * @param wording - the words and figures.
 * @param standing - where the limit stands.
 * @param needed - what a refused call needed.
 * @param onRaised - is called when the limit was raised.
 * @returns what loads the form.
 */
export function raiseForm(
  raises: IRaises,
  wording: IWording,
  standing: Standing,
  needed: string | undefined,
  onRaised: () => void
): LoadForm {
  return async close => {
    const { RaiseForm } = await import('../ui/raises/raise-form');
    const { trans, format } = wording;
    return (
      <RaiseForm
        standing={standing}
        needed={needed}
        words={{ trans, format }}
        clock={() => Date.now()}
        ask={request => raises.raise(request)}
        onRaised={raise => {
          onRaised();
          confirmRaise(raise, standing, wording);
        }}
        onBack={close}
      />
    );
  };
}

/**
 * Opens the form in a dialog of its own.
 *
 * @param raises - raises the limit.
 * @param wording - the words and figures.
 * @param standing - where the limit stands.
 */
export async function raiseLimit(
  raises: IRaises,
  wording: IWording,
  standing: Standing
): Promise<void> {
  const { trans } = wording;
  const dialog = new LimitDialog({
    title: trans.__('Raise the limit'),
    buttons: [Dialog.cancelButton({ label: trans.__('Close') })],
    loadForm: raiseForm(raises, wording, standing, undefined, () => dialog.reject()),
    trans
  });
  void dialog.openForm();
  await dialog.launch();
}

/**
 * Shows all raises.
 *
 * @param meter - has the limits that are set now.
 * @param raises - lists the raises.
 * @param wording - the words and figures.
 */
export async function showRaises(meter: IMeter, raises: IRaises, wording: IWording): Promise<void> {
  const { trans } = wording;
  const { standings = [], owner } = meter.snapshot.document ?? {};
  const { RaisesWidget } = await import('../ui/raises/raises');
  await showDialog({
    title: trans.__('Raise history'),
    body: new RaisesWidget(() => raises.list(), standings, owner, wording),
    buttons: [Dialog.okButton({ label: trans.__('Close') })]
  });
}

function confirmRaise(raise: Raise, { limit }: Standing, wording: IWording): void {
  Notification.success(raisedText(raise, limit, wording), { autoClose: SHOWN_FOR_MS });
}
