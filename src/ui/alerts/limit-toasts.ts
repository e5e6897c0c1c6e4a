/**
 * The toasts near limits: one a limit and subject, replaced when its use passes the next threshold, and taken away when the limit
 * is raised, resets or is reached.
 */

import type { NotificationManager } from '@jupyterlab/apputils';

import type { Alert, Standing } from '../../core/record/standing';
import { toNotice } from '../../core/words/notice';
import type { IWording } from '../../tokens';

/** What the buttons of a toast do. */
interface ToastActions {
  readonly seeUsage: () => void;
  readonly changeLimit: () => void;
  /** Opens a notebook at the cell that used most; undefined where that is not known. */
  readonly goToCell: (notebookPath: string, cellId: string | undefined) => void;
}

/** Which limit an alert or a standing is about. */
type LimitOf = Pick<Alert, 'limitId' | 'subject'>;

interface Toast {
  readonly id: string;
  readonly alert: Alert;
}

/** The toasts near limits of this tab. */
export class LimitToasts {
  /**
   * @param notifications - shows the toasts.
   * @param wording - the words.
   * @param actions - what the buttons do.
   */
  constructor(
    private readonly notifications: NotificationManager,
    private readonly wording: IWording,
    private readonly actions: ToastActions
  ) {}

  /**
   * Shows a toast that stays until it is closed, in place of the one that its limit has.
   *
   * @param alert - the crossed threshold.
   * @param standing - where its limit is now; undefined when the limit is no longer set.
   */
  show(alert: Alert, standing: Standing | undefined): void {
    const { trans } = this.wording;
    const { seeUsage, changeLimit, goToCell } = this.actions;
    const { topNotebook, topCell } = alert;
    this.close(alert);
    const id = this.notifications.notify(
      toNotice(alert, standing, this.wording).summary,
      'warning',
      {
        autoClose: false,
        actions: [
          ...(topNotebook === undefined
            ? []
            : [
                {
                  label: trans.__('Go to cell'),
                  callback: () => goToCell(topNotebook, topCell),
                  displayType: 'accent' as const
                }
              ]),
          { label: trans.__('See usage'), callback: seeUsage },
          { label: trans.__('Change limit'), callback: changeLimit }
        ]
      }
    );
    this._toasts.set(keyOf(alert), { id, alert });
  }

  /** Takes away the toast of a limit, if it has one. */
  close(limit: LimitOf): void {
    const key = keyOf(limit);
    const toast = this._toasts.get(key);
    if (toast !== undefined) {
      this._toasts.delete(key);
      this.notifications.dismiss(toast.id);
    }
  }

  /**
   * Takes away the toasts that no longer say what is so.
   *
   * @param standings - where the limits are now.
   */
  follow(standings: readonly Standing[]): void {
    for (const { alert } of [...this._toasts.values()]) {
      const standing = standings.find(
        ({ limit, subject }) => limit.id === alert.limitId && subject === alert.subject
      );
      if (standing === undefined || !isSaidBy(alert, standing)) {
        this.close(alert);
      }
    }
  }

  private readonly _toasts = new Map<string, Toast>();
}

/** Whether the limit is still near its amount, in the window and at the amount that the alert names. */
function isSaidBy(alert: Alert, { level, resetsAt, amount }: Standing): boolean {
  return (
    level === 'warning' && resetsAt === alert.resetsAt && Number(amount) === Number(alert.amount)
  );
}

function keyOf({ limitId, subject }: LimitOf): string {
  return JSON.stringify([limitId, subject ?? null]);
}
