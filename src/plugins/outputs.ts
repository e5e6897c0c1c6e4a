/**
 * Reads usage out of the outputs of kernels that no tap meters, in every notebook and console.
 */

import type { JupyterFrontEnd, JupyterFrontEndPlugin } from '@jupyterlab/application';
import type { ISessionContext } from '@jupyterlab/apputils';
import { Notification } from '@jupyterlab/apputils';
import { IConsoleTracker } from '@jupyterlab/console';
import { INotebookTracker } from '@jupyterlab/notebook';
import { ISettingRegistry } from '@jupyterlab/settingregistry';

import { CommandIDs } from '../commands';
import type { OutputPattern, PatternProblem } from '../core/scan/patterns';
import { checkPatterns } from '../core/scan/patterns';
import { KernelFollower } from '../kernels/kernel-follower';
import type { Estimator } from '../kernels/estimator';
import { entriesIn, problemText } from '../kernels/output-patterns';
import { ScannedKernels } from '../kernels/scanned';
import { followSettings } from '../meter/settings';
import { TextReader } from '../kernels/text-reader';
import { IMeter, IWording } from '../tokens';

export const outputs: JupyterFrontEndPlugin<void> = {
  id: 'jupyter-llm-meter:outputs',
  description: 'Reads LLM usage out of the outputs of kernels that are not metered otherwise.',
  autoStart: true,
  requires: [IMeter, IWording],
  optional: [INotebookTracker, IConsoleTracker, ISettingRegistry],
  activate: (
    app: JupyterFrontEnd,
    meter: IMeter,
    wording: IWording,
    notebooks: INotebookTracker | null,
    consoles: IConsoleTracker | null,
    registry: ISettingRegistry | null
  ): void => {
    const scanned = new ScannedKernels(() => meter.snapshot);
    let patterns: readonly OutputPattern[] = [];
    const estimates = new Estimates();
    const follower = new KernelFollower(scanned, {
      reader: new TextReader(startWorker),
      isScanned: kernelId => scanned.has(kernelId),
      patterns: () => patterns,
      estimator: () => estimates.estimator,
      report: records => meter.submit(records)
    });
    const listen = ({ sessionContext }: { sessionContext: ISessionContext }): void =>
      follower.follow(sessionContext);
    notebooks?.forEach(listen);
    notebooks?.widgetAdded.connect((_, panel) => listen(panel));
    consoles?.forEach(listen);
    consoles?.widgetAdded.connect((_, panel) => listen(panel));
    if (registry !== null) {
      const tell = problemTeller(app, wording);
      void followSettings(registry, settings => {
        scanned.isOn = settings.get('scanOutputs').composite !== false;
        estimates
          .want(settings.get('estimateOutputs').composite === true)
          .catch(error => console.error('LLM Meter cannot estimate; reload the page.', error));
        const checked = checkPatterns(entriesIn(settings.get('outputPatterns').composite));
        ({ patterns } = checked);
        tell(checked.problems);
      });
    }
  }
};

function startWorker(): Worker {
  return new Worker(new URL('../kernels/scan.worker.js', import.meta.url));
}

function startCounting(): Worker {
  return new Worker(new URL('../kernels/count.worker.js', import.meta.url));
}

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
        this.estimator ??= new Estimator(startCounting);
      }
    }
  }

  private _isWanted = false;
}

/** Tells what is wrong with the patterns, once as long as it stays the same. */
function problemTeller(
  app: JupyterFrontEnd,
  wording: IWording
): (problems: readonly PatternProblem[]) => void {
  let told = '';
  return problems => {
    const text = problems.map(problem => problemText(problem, wording.trans)).join('\n');
    if (text !== '' && text !== told) {
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
    told = text;
  };
}
