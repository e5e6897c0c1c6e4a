/**
 * The token of the alerts.
 */

import { Token } from '@lumino/coreutils';

/** Who shows an alert, and whether it was seen; the same in all tabs. */
export interface IAlerts {
  /**
   * Claims an alert, so that only one tab shows it.
   *
   * @param alertId - the alert, or a runaway kernel.
   * @returns whether this tab shows it.
   * @throws {ClientError} when the claim cannot be made; the message says why.
   */
  claim(alertId: string): Promise<boolean>;

  /**
   * Marks an alert as seen by the user.
   *
   * @param alertId - the alert, or a runaway kernel.
   * @throws {ClientError} when that cannot be recorded; the message says why.
   */
  acknowledge(alertId: string): Promise<void>;
}

/** The token of the alerts. */
export const IAlerts = new Token<IAlerts>(
  'jupyter-llm-meter:IAlerts',
  'Claims and acknowledgements of alerts.'
);
