/**
 * The toast near a limit and the dialog at it.
 */

import { Dialog, Notification, showDialog } from '@jupyterlab/apputils';
import * as React from 'react';

import { toNotice } from '../core/notice';
import type { Alert, Limit } from '../core/standing';
import type { IWording } from '../tokens';
import { NoticeBody } from './notice';

/** What the user can do about an alert. */
export interface AlertActions {
  readonly seeUsage: () => void;
  readonly changeLimit: () => void;
}

/** Shows a toast that stays until it is closed. */
export function warn(
  alert: Alert,
  limit: Limit | undefined,
  { trans, format }: IWording,
  actions: AlertActions
): void {
  const { summary } = toNotice(alert, limit, trans, format);
  Notification.warning(summary, {
    autoClose: false,
    actions: [
      { label: trans.__('See usage'), callback: actions.seeUsage, displayType: 'accent' },
      { label: trans.__('Change limit'), callback: actions.changeLimit }
    ]
  });
}

/** Shows a dialog and carries out the user's answer. */
export async function askAtLimit(
  alert: Alert,
  limit: Limit | undefined,
  { trans, format }: IWording,
  actions: AlertActions
): Promise<void> {
  const seeUsage = Dialog.cancelButton({ label: trans.__('See usage') });
  const changeLimit = Dialog.cancelButton({ label: trans.__('Change limit') });
  const goOn = Dialog.warnButton({ label: trans.__('Go on') });
  const { button } = await showDialog({
    title: trans.__('LLM limit reached'),
    body: (
      <NoticeBody
        notice={toNotice(alert, limit, trans, format)}
        outlook={trans.__('Further calls still go through and are counted.')}
      />
    ),
    buttons: [seeUsage, changeLimit, goOn],
    defaultButton: 2
  });
  if (button.label === seeUsage.label) {
    actions.seeUsage();
  } else if (button.label === changeLimit.label) {
    actions.changeLimit();
  }
}
