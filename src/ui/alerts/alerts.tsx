/**
 * Shows alerts: toasts for runaway kernels, and the dialog at a limit.
 */

import { Dialog, Notification } from '@jupyterlab/apputils';
import * as React from 'react';

import { runawayText, toNotice } from '../../core/words/notice';
import type { Alert, Runaway, Standing } from '../../core/record/standing';
import type { IWording } from '../../tokens';
import type { LoadForm } from '../limits/limit-dialog';
import { LimitDialog } from '../limits/limit-dialog';
import { NoticeBody } from './notice';

/** What the buttons do, by ids that do not depend on the language. */
const SEE_USAGE = 'see-usage';
const CHANGE_LIMIT = 'change-limit';

/** What the buttons of an alert do. */
interface AlertActions {
  readonly seeUsage: () => void;
  readonly changeLimit: () => void;
  /** Opens a notebook at the cell that used most; undefined where that is not known. */
  readonly goToCell: (notebookPath: string, cellId: string | undefined) => void;
  /** Interrupts a kernel; shows an error if it can't. */
  readonly interrupt: (kernelId: string) => Promise<void>;
  /** The form that raises a limit, for a refused call that needed so much; calls back when it is raised. */
  readonly raiseForm: (
    standing: Standing,
    needed: string | undefined,
    onRaised: () => void
  ) => LoadForm;
}

/**
 * Shows a toast about a runaway kernel; resolves once the toast is closed.
 *
 * @param runaway - the kernel and its calls per minute.
 * @param wording - the words.
 * @param actions - what the buttons do; only `interrupt` is used.
 */
export function showRunaway(
  runaway: Runaway,
  wording: IWording,
  { interrupt }: AlertActions
): Promise<void> {
  const { trans } = wording;
  return new Promise(resolve => {
    const id = Notification.warning(runawayText(runaway, wording), {
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

/**
 * Shows the dialog at a limit and does what the pressed button says.
 *
 * @param alert - the reached limit, or the refused call.
 * @param standing - where its limit is now; undefined when the limit is no longer set.
 * @param wording - the words.
 * @param actions - what the buttons do.
 */
export async function askAtLimit(
  alert: Alert,
  standing: Standing | undefined,
  wording: IWording,
  actions: AlertActions
): Promise<void> {
  const { trans } = wording;
  const isBlocked = alert.kind === 'blocked';
  const seeUsage = Dialog.cancelButton({ label: trans.__('See usage'), actions: [SEE_USAGE] });
  const changeLimit = Dialog.cancelButton({
    label: trans.__('Change limit'),
    actions: [CHANGE_LIMIT]
  });
  const raise = Dialog.cancelButton({
    label: trans.__('Raise…'),
    className: 'jp-LLMMeter-RaiseButton'
  });
  const close = isBlocked
    ? Dialog.okButton({ label: trans.__('Close') })
    : Dialog.warnButton({ label: trans.__('Continue') });
  const canRaise = standing?.canRaise === true;
  const buttons = canRaise ? [seeUsage, changeLimit, raise, close] : [seeUsage, changeLimit, close];
  const dialog = new LimitDialog({
    title: isBlocked ? trans.__('LLM call refused') : trans.__('LLM limit reached'),
    story: (
      <NoticeBody
        notice={toNotice(alert, standing, wording)}
        hint={trans.__('Go to the cell that used most')}
        onOpen={path => {
          dialog.reject();
          actions.goToCell(path, alert.topCell);
        }}
      />
    ),
    buttons,
    defaultButton: buttons.indexOf(close),
    raiseButton: canRaise ? buttons.indexOf(raise) : undefined,
    loadForm: close =>
      standing === undefined
        ? Promise.resolve(<></>)
        : actions.raiseForm(standing, alert.needed, () => dialog.reject())(close),
    trans
  });
  const { button } = await dialog.launch();
  if (button.actions.includes(SEE_USAGE)) {
    actions.seeUsage();
  } else if (button.actions.includes(CHANGE_LIMIT)) {
    actions.changeLimit();
  }
}
