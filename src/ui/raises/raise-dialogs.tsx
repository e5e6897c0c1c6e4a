/**
 * Where limits are raised and raises are looked up. The form and the list are loaded when they are asked for.
 */

import { Dialog, Notification, showDialog, showErrorMessage } from '@jupyterlab/apputils';
import * as React from 'react';

import type { Raise } from '../../core/limits/raise';
import type { Standing } from '../../core/record/standing';
import { amountText } from '../../core/words/wording';
import type { IMeter, IWording } from '../../tokens';
import type { LoadForm } from '../limits/limit-dialog';
import { LimitDialog } from '../limits/limit-dialog';

/** How long the word of a raise stays, in milliseconds. */
const TOLD_FOR_MS = 8_000;

/**
 * The form for a limit, to be shown in a dialog.
 *
 * @param standing - where the limit stands.
 * @param needed - what a refused call needed.
 * @param onRaised - is called when the limit was raised.
 */
export function raiseForm(
  meter: IMeter,
  wording: IWording,
  standing: Standing,
  needed: string | undefined,
  onRaised: () => void
): LoadForm {
  return async close => {
    const { RaiseForm } = await import('./raise-form');
    const { trans, format } = wording;
    return (
      <RaiseForm
        standing={standing}
        needed={needed}
        words={{ trans, format }}
        clock={() => Date.now()}
        ask={request => meter.raiseLimit(request)}
        onRaised={raise => {
          onRaised();
          tellOf(raise, standing, wording);
        }}
        onBack={close}
      />
    );
  };
}

/** Opens the form by itself. */
export async function raiseLimit(
  meter: IMeter,
  wording: IWording,
  standing: Standing
): Promise<void> {
  const { trans } = wording;
  const dialog = new LimitDialog({
    title: trans.__('Raise the limit'),
    buttons: [Dialog.cancelButton({ label: trans.__('Close') })],
    loadForm: raiseForm(meter, wording, standing, undefined, () => dialog.reject()),
    trans
  });
  void dialog.openForm();
  await dialog.launch();
}

/** Shows every raise ever made. */
export async function showRaises(meter: IMeter, wording: IWording): Promise<void> {
  const { trans } = wording;
  try {
    const { RaisesWidget } = await import('./raises');
    await showDialog({
      title: trans.__('Raise history'),
      body: new RaisesWidget(meter, wording),
      buttons: [Dialog.okButton({ label: trans.__('Close') })]
    });
  } catch (error) {
    await showErrorMessage(trans.__('Raise history'), String(error));
  }
}

function tellOf(raise: Raise, { limit }: Standing, wording: IWording): void {
  const { trans, format } = wording;
  const amount = amountText(raise.amount, raise.unit, wording);
  const text =
    raise.expiresAt === undefined
      ? trans.__('Limit raised by %1.', amount)
      : trans.__(
          'Limit raised by %1 until %2.',
          amount,
          format.moment(raise.expiresAt, limit.timeZone)
        );
  Notification.success(text, { autoClose: TOLD_FOR_MS });
}
