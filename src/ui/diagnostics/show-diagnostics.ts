/**
 * Opens the doctor. What it shows is loaded on first use.
 */

import { Dialog, showErrorMessage } from '@jupyterlab/apputils';

import { findingsOf, reportOf } from '../../core/words/diagnostics';
import type { IMeter, IWording } from '../../tokens';

/** Shows what is metered, what is not, and why. */
export async function showDoctor(meter: IMeter, { trans }: IWording): Promise<void> {
  const findings = findingsOf(meter.snapshot, trans);
  const title = trans.__('LLM Meter: doctor');
  try {
    const { DoctorWidget } = await import('./diagnostics');
    const dialog = new Dialog({
      title,
      body: new DoctorWidget(findings, trans),
      buttons: [
        Dialog.cancelButton({ label: trans.__('Copy') }),
        Dialog.okButton({ label: trans.__('Close') })
      ]
    });
    const { button } = await dialog.launch();
    if (button.label === trans.__('Copy')) {
      await navigator.clipboard.writeText(reportOf(findings));
    }
  } catch (error) {
    // Where the server is away its chunk does not come; the text needs none.
    await showErrorMessage(title, `${reportOf(findings)}\n${String(error)}`);
  }
}
