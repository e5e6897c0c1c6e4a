/**
 * The toasts near a limit and of a runaway kernel, and the dialog at a limit.
 */

import { Dialog, Notification } from '@jupyterlab/apputils';
import * as React from 'react';

import { runawayText, toNotice } from '../../core/words/notice';
import type { Alert, Runaway, Standing } from '../../core/record/standing';
import type { IWording } from '../../tokens';
import type { LoadForm } from '../limits/limit-dialog';
import { LimitDialog } from '../limits/limit-dialog';
import { NoticeBody } from './notice';

/** What the user can do about an alert. */
export interface AlertActions {
  readonly seeUsage: () => void;
  readonly changeLimit: () => void;
  /** Interrupts a kernel; tells the user when it cannot. */
  readonly interrupt: (kernelId: string) => Promise<void>;
  /** The form that raises a limit, for a refused call that needed so much; calls back when it is raised. */
  readonly raiseForm: (
    standing: Standing,
    needed: string | undefined,
    onRaised: () => void
  ) => LoadForm;
}

/** Shows a toast that stays until it is closed. */
export function warn(
  alert: Alert,
  standing: Standing | undefined,
  { trans, format }: IWording,
  actions: AlertActions
): void {
  const { summary } = toNotice(alert, standing, trans, format);
  Notification.warning(summary, {
    autoClose: false,
    actions: [
      { label: trans.__('See usage'), callback: actions.seeUsage, displayType: 'accent' },
      { label: trans.__('Change limit'), callback: actions.changeLimit }
    ]
  });
}

/** Shows a toast about a runaway kernel; settles when the user has answered. */
export function tellOfRunaway(
  runaway: Runaway,
  { trans, format }: IWording,
  { interrupt }: AlertActions
): Promise<void> {
  return new Promise(resolve => {
    const id = Notification.warning(runawayText(runaway, trans, format), {
      autoClose: false,
      actions: [
        {
          label: trans.__('Interrupt kernel'),
          callback: () => {
            Notification.dismiss(id);
            void interrupt(runaway.kernelId);
          },
          displayType: 'warn'
        },
        { label: trans.__('Dismiss'), callback: () => Notification.dismiss(id) }
      ]
    });
    const onChanged = (_: unknown, { type, notification }: Notification.IChange): void => {
      if (type === 'removed' && notification.id === id) {
        Notification.manager.changed.disconnect(onChanged);
        resolve();
      }
    };
    Notification.manager.changed.connect(onChanged);
  });
}

/** Shows a dialog and carries out the user's answer. */
export async function askAtLimit(
  alert: Alert,
  standing: Standing | undefined,
  wording: IWording,
  actions: AlertActions
): Promise<void> {
  const { trans, format } = wording;
  const isBlocked = alert.kind === 'blocked';
  const seeUsage = Dialog.cancelButton({ label: trans.__('See usage') });
  const changeLimit = Dialog.cancelButton({ label: trans.__('Change limit') });
  const raise = Dialog.cancelButton({
    label: trans.__('Raise…'),
    className: 'jp-LLMMeter-RaiseButton'
  });
  const goOn = isBlocked
    ? Dialog.okButton({ label: trans.__('Close') })
    : Dialog.warnButton({ label: trans.__('Go on') });
  const canRaise = standing?.canRaise === true;
  const buttons = canRaise ? [seeUsage, changeLimit, raise, goOn] : [seeUsage, changeLimit, goOn];
  const dialog = new LimitDialog({
    title: isBlocked ? trans.__('LLM call refused') : trans.__('LLM limit reached'),
    story: <NoticeBody notice={toNotice(alert, standing, trans, format)} />,
    buttons,
    defaultButton: buttons.indexOf(goOn),
    raiseButton: canRaise ? buttons.indexOf(raise) : undefined,
    loadForm: close =>
      standing === undefined
        ? Promise.resolve(<></>)
        : actions.raiseForm(standing, alert.needed, () => dialog.reject())(close),
    trans
  });
  const { button } = await dialog.launch();
  if (button.label === seeUsage.label) {
    actions.seeUsage();
  } else if (button.label === changeLimit.label) {
    actions.changeLimit();
  }
}
