/**
 * Opens the diagnostics dialog. Its body is loaded on first use.
 */

import { Dialog, showErrorMessage } from '@jupyterlab/apputils';

import { findingsOf, reportOf } from '../../core/words/diagnostics';
import type { IMeter, IWording } from '../../tokens';
import type { ServerChecks } from './findings';

/** What the button does, by an id that does not depend on the language. */
const COPY = 'copy';

/**
 * Shows what is metered, what is not, and why.
 *
 * @param meter - has the state of the meter.
 * @param checks - what the server does.
 * @param wording - the words.
 */
export async function showDiagnostics(
  meter: IMeter,
  checks: ServerChecks,
  wording: IWording
): Promise<void> {
  const { trans, format } = wording;
  const { snapshot } = meter;
  const findings = findingsOf(snapshot, trans);
  const title = trans.__('LLM Meter diagnostics');
  const hasServer = snapshot.connection === 'live' || snapshot.connection === 'failed';
  try {
    const { DiagnosticsWidget } = await import('./diagnostics');
    const body = new DiagnosticsWidget(findings, hasServer ? checks : undefined, { trans, format });
    const dialog = new Dialog({
      title,
      body,
      buttons: [
        Dialog.cancelButton({ label: trans.__('Copy report'), actions: [COPY] }),
        Dialog.okButton({ label: trans.__('Close') })
      ]
    });
    const { button } = await dialog.launch();
    if (button.actions.includes(COPY)) {
      await navigator.clipboard.writeText(body.report);
    }
  } catch (error) {
    // Without the server the body can't be loaded; the report needs no body.
    await showErrorMessage(title, `${reportOf(findings)}\n${String(error)}`);
  }
}
