/**
 * Provides the claims of alerts, so that each is shown in one tab.
 */

import type { JupyterFrontEnd, JupyterFrontEndPlugin } from '@jupyterlab/application';

import { AlertClaims } from '../meter/alert-claims';
import { IBackend } from '../meter/backend';
import { claimantOf } from '../meter/tab';
import { IAlerts } from '../tokens';

/** The plugin that claims alerts for this tab. */
export const alertClaims: JupyterFrontEndPlugin<IAlerts> = {
  id: 'jupyter-llm-meter:alert-claims',
  description: 'Provides claims and acknowledgements of alerts.',
  autoStart: true,
  provides: IAlerts,
  requires: [IBackend],
  activate: (_app: JupyterFrontEnd, backend: IBackend): IAlerts =>
    new AlertClaims(backend.client, backend.localMode, claimantOf(sessionStorage))
};
