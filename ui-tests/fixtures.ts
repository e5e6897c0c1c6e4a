/**
 * The fixtures of the specs: a lab to start, the stand-in and the replay; all end with the test.
 */

import { test as base } from '@playwright/test';

import { Lab, type LabOptions } from './lab';
import { Provider, standinVariables, type Replay } from './providers';

interface Fixtures {
  /** Starts a lab in a folder of its own. */
  startLab: (options: LabOptions) => Promise<Lab>;
  /** Variables that lead the SDKs to a running stand-in provider. */
  standin: Record<string, string>;
  /** A running replay; the test is skipped where there are no recordings. */
  replay: Replay;
}

export const test = base.extend<Fixtures>({
  startLab: async ({}, use, info) => {
    const labs: Lab[] = [];
    await use(async options => {
      const lab = await Lab.start(info.outputPath(`lab${labs.length}`), options);
      labs.push(lab);
      return lab;
    });
    await Promise.all(labs.map(lab => lab.stop()));
  },
  standin: async ({}, use) => {
    const provider = await Provider.standin();
    await use(standinVariables(provider.ready ?? ''));
    provider.stop();
  },
  replay: async ({}, use, info) => {
    const provider = await Provider.replay();
    info.skip(provider.ready === undefined, 'no recorded traffic (set LLM_METER_CORPUS)');
    await use(JSON.parse(provider.ready ?? '{}') as Replay);
    provider.stop();
  }
});

export { expect } from '@playwright/test';
