/**
 * Sees to it that every alert is shown once, in one tab that somebody looks at.
 *
 * Owns the claim before an alert is shown and the acknowledgement after; refuses to show an alert in a hidden tab, where
 * nobody would see it and no other tab could show it.
 */

import { ClientError } from './client';
import type { Alert, Limit } from './core/standing';
import type { IMeter } from './tokens';

/** How alerts are shown. */
export interface AlertDisplay {
  /** Whether somebody can see this tab. */
  isSeen(): boolean;

  /** Shows a warning that does not stand in the way. */
  warn(alert: Alert, limit: Limit | undefined): void;

  /** Stops the user; settles when the user has answered. */
  stop(alert: Alert, limit: Limit | undefined): Promise<void>;
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
    if (!this.display.isSeen()) {
      return;
    }
    for (const alert of this.meter.snapshot.document?.alerts ?? []) {
      if (!this._taken.has(alert.id)) {
        this._taken.add(alert.id);
        void this._take(alert);
      }
    }
  }

  private async _take(alert: Alert): Promise<void> {
    try {
      if (await this.meter.claimAlert(alert.id)) {
        await this._show(alert);
        await this.meter.acknowledgeAlert(alert.id);
      }
    } catch (error) {
      if (!(error instanceof ClientError)) {
        throw error;
      }
      // The server was away, and with the next document the alert is looked at again.
      this._taken.delete(alert.id);
    }
  }

  private async _show(alert: Alert): Promise<void> {
    if (this._shown.has(alert.id)) {
      return;
    }
    this._shown.add(alert.id);
    const limit = this._limitOf(alert);
    if (alert.kind === 'warning') {
      this.display.warn(alert, limit);
    } else {
      // One dialog at a time: the next waits until this one is answered.
      this._dialogs = this._dialogs.then(() => this.display.stop(alert, limit));
      await this._dialogs;
    }
  }

  private _limitOf({ limitId }: Alert): Limit | undefined {
    const standings = this.meter.snapshot.document?.standings ?? [];
    return standings.find(({ limit }) => limit.id === limitId)?.limit;
  }

  private readonly _taken = new Set<string>();
  private readonly _shown = new Set<string>();
  private _dialogs: Promise<void> = Promise.resolve();
}
