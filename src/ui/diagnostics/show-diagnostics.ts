/**
 * Opens the diagnostics dialog. Its body is loaded on first use.
 */

import { Dialog, showErrorMessage } from '@jupyterlab/apputils';

import { findingsOf, reportOf } from '../../core/words/diagnostics';
import type { IMeter, IWording } from '../../tokens';

/** What the button does, by an id that does not depend on the language. */
const COPY = 'copy';

/**
 * Shows what is metered, what is not, and why.
 *
 * @param meter - has the state of the meter.
 * @param wording - the words.
 */
export async function showDiagnostics(meter: IMeter, { trans }: IWording): Promise<void> {
  const findings = findingsOf(meter.snapshot, trans);
  const title = trans.__('LLM Meter diagnostics');
  try {
    const { DiagnosticsWidget } = await import('./diagnostics');
    const dialog = new Dialog({
      title,
      body: new DiagnosticsWidget(findings, trans),
      buttons: [
        Dialog.cancelButton({ label: trans.__('Copy report'), actions: [COPY] }),
        Dialog.okButton({ label: trans.__('Close') })
      ]
    });
    const { button } = await dialog.launch();
    if (button.actions.includes(COPY)) {
      await navigator.clipboard.writeText(reportOf(findings));
    }
  } catch (error) {
    // Without the server the body can't be loaded; the report needs no body.
    await showErrorMessage(title, `${reportOf(findings)}\n${String(error)}`);
  }
}
