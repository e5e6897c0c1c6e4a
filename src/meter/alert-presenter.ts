/**
 * Shows every alert once, in one visible tab: claims it before it is shown and acknowledges it after.
 *
 * A hidden tab claims nothing: its alert would not be seen, and no other tab could show it.
 */

import { ClientError } from '../core/errors';
import type { Alert, Runaway, Standing } from '../core/record/standing';
import type { IAlerts, IMeter } from '../tokens';

/**
 * How long a refused call is left to the tab whose kernel reported it, in milliseconds; then any tab may show it, since the call
 * may have come from a script that has no tab.
 */
const OTHERS_WAIT_MS = 2_000;

/** How alerts are shown. */
export interface AlertDisplay {
  /** Whether this tab is visible. */
  isVisible(): boolean;

  /** Whether a limit is about work that is done in this page. */
  concerns(standing: Standing): boolean;

  /** Resolves when a dialog that is no emergency may take the keys. */
  pause(): Promise<void>;

  /** Shows a warning that does not interrupt the user. */
  showWarning(alert: Alert, standing: Standing | undefined): void;

  /** Takes away the warning of an alert's limit. */
  closeWarning(alert: Alert): void;

  /** Takes away the warnings that no longer hold. */
  followLimits(standings: readonly Standing[]): void;

  /** Interrupts the user; resolves when the user has answered. */
  showDialog(alert: Alert, standing: Standing | undefined): Promise<void>;

  /** Shows a kernel that calls far more than usual; resolves when the user has answered. */
  showRunaway(runaway: Runaway): Promise<void>;
}

/** The alerts of this tab. */
export class AlertPresenter {
  /**
   * @param meter - has the alerts.
   * @param alerts - claims and acknowledges them.
   * @param display - shows them.
   */
  constructor(
    private readonly meter: IMeter,
    private readonly alerts: IAlerts,
    private readonly display: AlertDisplay
  ) {
    meter.stateChanged.connect((_, { parts }) => {
      if (parts.has('document') || parts.has('refusal')) {
        this.update();
      }
    });
  }

  /** Claims and shows the alerts that this tab has not claimed. */
  update(): void {
    const { document } = this.meter.snapshot;
    if (document === undefined) {
      return;
    }
    this.display.followLimits(document.standings);
    if (!this.display.isVisible()) {
      return;
    }
    for (const alert of document.alerts) {
      if (this._isOurTurn(alert)) {
        this._present(
          alert.id,
          () => this._showAlert(alert),
          () => this.display.closeWarning(alert)
        );
      }
    }
    for (const runaway of document.runaways) {
      this._present(runaway.id, () => this.display.showRunaway(runaway));
    }
  }

  /**
   * Whether this tab may show an alert now: one about work that is done here. A refused call is first for the tab whose kernel
   * reported it.
   */
  private _isOurTurn(alert: Alert): boolean {
    const { id, kind } = alert;
    const standing = this._standingOf(alert);
    if (standing !== undefined && !this.display.concerns(standing)) {
      return false;
    }
    if (kind !== 'blocked' || this.meter.hasSeenRefusal || this._overdue.has(id)) {
      return true;
    }
    if (!this._waiting.has(id)) {
      this._waiting.add(id);
      setTimeout(() => {
        this._overdue.add(id);
        this.update();
      }, OTHERS_WAIT_MS);
    }
    return false;
  }

  /** Shows an alert if this tab gets it; `leave` is what to do when another tab shows it. */
  private _present(id: string, show: () => Promise<void>, leave = (): void => undefined): void {
    if (!this._claimed.has(id)) {
      this._claimed.add(id);
      void this._claim(id, show, leave);
    }
  }

  private async _claim(id: string, show: () => Promise<void>, leave: () => void): Promise<void> {
    try {
      if (await this.alerts.claim(id)) {
        if (!this._shown.has(id)) {
          this._shown.add(id);
          await show();
        }
        await this.alerts.acknowledge(id);
      } else {
        leave();
      }
    } catch (error) {
      if (!(error instanceof ClientError)) {
        throw error;
      }
      // The server was away; the next document brings the alert again.
      this._claimed.delete(id);
    }
  }

  private async _showAlert(alert: Alert): Promise<void> {
    if (alert.kind === 'warning') {
      this.display.showWarning(alert, this._standingOf(alert));
    } else {
      this.display.closeWarning(alert);
      // One dialog at a time: the next waits until this one is answered.
      this._dialogs = this._dialogs.then(() => this._interrupt(alert));
      await this._dialogs;
    }
  }

  private async _interrupt(alert: Alert): Promise<void> {
    if (alert.kind === 'exceeded' && this._standingOf(alert)?.limit.onExceed !== 'block') {
      await this.display.pause();
    }
    const standing = this._standingOf(alert);
    if (!this._isCoveredByRefusal(alert) && !isRaisedSince(alert, standing)) {
      await this.display.showDialog(alert, standing);
    }
  }

  /** Whether the alert of a refused call says all that this alert would say. */
  private _isCoveredByRefusal({ kind, limitId, subject }: Alert): boolean {
    const alerts = this.meter.snapshot.document?.alerts ?? [];
    return (
      kind === 'exceeded' &&
      alerts.some(
        other => other.kind === 'blocked' && other.limitId === limitId && other.subject === subject
      )
    );
  }

  private _standingOf({ limitId, subject }: Alert): Standing | undefined {
    const standings = this.meter.snapshot.document?.standings ?? [];
    return standings.find(
      standing => standing.limit.id === limitId && standing.subject === subject
    );
  }

  private readonly _claimed = new Set<string>();
  private readonly _shown = new Set<string>();
  private readonly _waiting = new Set<string>();
  private readonly _overdue = new Set<string>();
  private _dialogs: Promise<void> = Promise.resolve();
}

/** Whether the limit was raised above what it was, as from the dialog before this one. */
function isRaisedSince(alert: Alert, standing: Standing | undefined): boolean {
  return standing !== undefined && Number(standing.amount) > Number(alert.amount);
}
