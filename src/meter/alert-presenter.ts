/**
 * Sees to it that every alert is shown once, in one tab that somebody looks at.
 *
 * Owns the claim before an alert is shown and the acknowledgement after; refuses to show an alert in a hidden tab, where
 * nobody would see it and no other tab could show it.
 */

import { ClientError } from './request';
import type { Alert, Runaway, Standing } from '../core/record/standing';
import type { IMeter } from '../tokens';

/**
 * How long a refused call is left to the tab whose kernel told of it, in milliseconds; then any tab may show it, since the call
 * may have come from a script that has no tab.
 */
const OTHERS_WAIT_MS = 2_000;

/** How alerts are shown. */
export interface AlertDisplay {
  /** Whether somebody can see this tab. */
  isSeen(): boolean;

  /** Shows a warning that does not stand in the way. */
  warn(alert: Alert, standing: Standing | undefined): void;

  /** Stops the user; settles when the user has answered. */
  stop(alert: Alert, standing: Standing | undefined): Promise<void>;

  /** Tells of a kernel that calls far more than usual; settles when the user has answered. */
  tellOf(runaway: Runaway): Promise<void>;
}

export class AlertDesk {
  /**
   * @param meter - knows the alerts.
   * @param display - shows them.
   */
  constructor(
    private readonly meter: IMeter,
    private readonly display: AlertDisplay
  ) {}

  /** Takes up the alerts that this tab has not taken up yet. */
  look(): void {
    const { document } = this.meter.snapshot;
    if (document === undefined || !this.display.isSeen()) {
      return;
    }
    for (const alert of document.alerts) {
      if (this._isOurTurn(alert)) {
        this._takeUp(alert.id, () => this._show(alert));
      }
    }
    for (const runaway of document.runaways) {
      this._takeUp(runaway.id, () => this.display.tellOf(runaway));
    }
  }

  /** Whether this tab may show an alert now: a refused call is first for the tab whose kernel told of it. */
  private _isOurTurn({ id, kind }: Alert): boolean {
    if (kind !== 'blocked' || this.meter.hasSeenRefusal || this._overdue.has(id)) {
      return true;
    }
    if (!this._waiting.has(id)) {
      this._waiting.add(id);
      setTimeout(() => {
        this._overdue.add(id);
        this.look();
      }, OTHERS_WAIT_MS);
    }
    return false;
  }

  private _takeUp(id: string, show: () => Promise<void>): void {
    if (!this._taken.has(id)) {
      this._taken.add(id);
      void this._take(id, show);
    }
  }

  private async _take(id: string, show: () => Promise<void>): Promise<void> {
    try {
      if (await this.meter.claimAlert(id)) {
        if (!this._shown.has(id)) {
          this._shown.add(id);
          await show();
        }
        await this.meter.acknowledgeAlert(id);
      }
    } catch (error) {
      if (!(error instanceof ClientError)) {
        throw error;
      }
      // The server was away, and with the next document the alert is looked at again.
      this._taken.delete(id);
    }
  }

  private async _show(alert: Alert): Promise<void> {
    if (alert.kind === 'warning') {
      this.display.warn(alert, this._standingOf(alert));
    } else {
      // One dialog at a time: the next waits until this one is answered.
      this._dialogs = this._dialogs.then(() => this._stop(alert));
      await this._dialogs;
    }
  }

  private async _stop(alert: Alert): Promise<void> {
    const standing = this._standingOf(alert);
    if (!this._isToldAlready(alert) && !isRaisedSince(alert, standing)) {
      await this.display.stop(alert, standing);
    }
  }

  /** Whether the word of a refused call says all that this alert would say. */
  private _isToldAlready({ kind, limitId, subject }: Alert): boolean {
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

  private readonly _taken = new Set<string>();
  private readonly _shown = new Set<string>();
  private readonly _waiting = new Set<string>();
  private readonly _overdue = new Set<string>();
  private _dialogs: Promise<void> = Promise.resolve();
}

/** Whether the limit was raised above what it was, as from the dialog before this one. */
function isRaisedSince(alert: Alert, standing: Standing | undefined): boolean {
  return standing !== undefined && Number(standing.amount) > Number(alert.amount);
}
