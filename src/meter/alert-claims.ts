/**
 * Claims and acknowledgements of alerts, under the id of this tab.
 */

import type { IAlerts } from '../tokens';
import type { MeterClient } from './client';
import type { ILocalMode } from './backend';

/** Claims alerts at the server extension, or in local mode at the page's own meter. */
export class AlertClaims implements IAlerts {
  /**
   * @param client - sends claims to the server extension.
   * @param localMode - has the page's own meter in local mode.
   * @param claimant - the id of this tab.
   */
  constructor(
    private readonly client: MeterClient,
    private readonly localMode: Pick<ILocalMode, 'meter'>,
    private readonly claimant: string
  ) {}

  /** {@inheritDoc IAlerts.claim} */
  claim(alertId: string): Promise<boolean> {
    const authority = this.localMode.meter ?? this.client;
    return authority.claimAlert(alertId, this.claimant);
  }

  /** {@inheritDoc IAlerts.acknowledge} */
  acknowledge(alertId: string): Promise<void> {
    const { meter } = this.localMode;
    return meter === undefined
      ? this.client.acknowledgeAlert(alertId)
      : meter.acknowledgeAlert(alertId, this.claimant);
  }
}
