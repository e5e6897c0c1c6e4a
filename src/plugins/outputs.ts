/**
 * Reads usage out of the outputs of kernels without a tap, in every notebook and console.
 */

import type { JupyterFrontEnd, JupyterFrontEndPlugin } from '@jupyterlab/application';
import { Notification } from '@jupyterlab/apputils';

import { CommandIDs } from '../commands';
import type { OutputPattern, PatternProblem } from '../core/scan/patterns';
import { checkPatterns } from '../core/scan/patterns';
import type { Estimator } from '../kernels/estimator';
import { patternProblemText } from '../kernels/output-patterns';
import { OutputQueue } from '../kernels/output-queue';
import { ScannedKernels } from '../kernels/scanned';
import { startCountWorker, startScanWorker } from '../kernels/workers';
import { IKernelCalls, IMeter, IMeterSettings, IWording } from '../tokens';

/** The plugin that reads outputs. */
export const outputs: JupyterFrontEndPlugin<void> = {
  id: 'jupyter-llm-meter:outputs',
  description: 'Reads LLM usage out of the outputs of kernels that are not metered otherwise.',
  autoStart: true,
  requires: [IMeter, IWording, IKernelCalls, IMeterSettings],
  activate: (
    app: JupyterFrontEnd,
    meter: IMeter,
    wording: IWording,
    calls: IKernelCalls,
    settings: IMeterSettings
  ): void => {
    const scanned = new ScannedKernels(() => meter.snapshot);
    let patterns: readonly OutputPattern[] = [];
    const estimates = new Estimates();
    calls.tapSeen.connect((_, kernelId) => scanned.addTap(kernelId));
    new OutputQueue(calls, async () => {
      const { OutputScanner } = await import('../kernels/output-scanner');
      return new OutputScanner(startScanWorker, {
        isScanned: kernelId => scanned.has(kernelId),
        isShellScanned: kernelId => scanned.hasShell(kernelId),
        patterns: () => patterns,
        estimator: () => estimates.estimator,
        reportCalls: records => meter.submitCalls(records)
      });
    });
    const report = problemReporter(app, wording);
    settings.follow(({ areOutputsScanned, areOutputsEstimated, outputPatterns }) => {
      scanned.isOn = areOutputsScanned;
      estimates
        .want(areOutputsEstimated)
        .catch(error => console.error('LLM Meter cannot estimate; reload the page.', error));
      const checked = checkPatterns(outputPatterns);
      ({ patterns } = checked);
      report(checked.problems);
    });
  }
};

/** What estimates, loaded while it is wanted. */
class Estimates {
  estimator?: Estimator;

  async want(isWanted: boolean): Promise<void> {
    this._isWanted = isWanted;
    if (!isWanted) {
      this.estimator?.dispose();
      this.estimator = undefined;
    } else if (this.estimator === undefined) {
      const { Estimator } = await import('../kernels/estimator');
      if (this._isWanted) {
        this.estimator ??= new Estimator(startCountWorker);
      }
    }
  }

  private _isWanted = false;
}

/** Shows what is wrong with the patterns, once while it stays the same. */
function problemReporter(
  app: JupyterFrontEnd,
  wording: IWording
): (problems: readonly PatternProblem[]) => void {
  let shown = '';
  return problems => {
    const text = problems.map(problem => patternProblemText(problem, wording.trans)).join('\n');
    if (text !== '' && text !== shown) {
      Notification.error(text, {
        autoClose: false,
        actions: [
          {
            label: wording.trans.__('Edit patterns'),
            callback: () => void app.commands.execute(CommandIDs.openSettings)
          }
        ]
      });
    }
    shown = text;
  };
}
