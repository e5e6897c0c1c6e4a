// What the output scanner costs a real page: `node bench/page.mjs [MEGABYTES]`.
//
// A kernel without a tap prints 100 MB in a real JupyterLab in a real Chromium, once with the scanner off and once with it on,
// in runs of 5 MB, since kernels drop messages when thousands of them wait.
// Prints how long that took, the page's long tasks (above 50 ms, by the browser's own observer; JupyterLab's are among them),
// and, by sampling, how long the page's thread was in this extension's code, in all and at most at a stretch.
// Needs what the UI tests need: the wheel in .venv (LLM_METER_PYTHON) and a Chromium (PLAYWRIGHT_CHROMIUM).

import { chromium } from '@playwright/test';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';

import { MEGABYTE, outputs } from './outputs.mjs';
import './sources.mjs';

// A kernel does not start in the checkout.
process.env.LLM_METER_PYTHON ??= resolve('.venv/bin/python');
const { Lab } = await import(new URL('../ui-tests/lab.ts', import.meta.url));
const { openLab, startCell } = await import(new URL('../ui-tests/screen.ts', import.meta.url));

const SAMPLE_US = 500;
/** Clears what it printed now and then, so that it is not JupyterLab's drawing of a huge output that is measured. */
const PRINTING = `import json, sys
from IPython.display import clear_output
at = 0
for kind in json.load(open("outputs.json")):
    for _ in range(kind["count"]):
        at += 1
        if at % 16 == 0:
            clear_output()
        sys.stdout.write(kind["piece"])
        sys.stdout.flush()
clear_output()`;

const MEGABYTES_A_RUN = 5;
const runs = Math.ceil(Number(process.argv[2] ?? 100) / MEGABYTES_A_RUN);
const folder = mkdtempSync(join(tmpdir(), 'llm-meter-page-'));
const results = {};
try {
  for (const scanOutputs of [false, true]) {
    results[scanOutputs ? 'on' : 'off'] = await measure(scanOutputs);
  }
} finally {
  rmSync(folder, { recursive: true, force: true });
}
report();

/** Prints the outputs in a kernel of a page and watches its thread. */
async function measure(scanOutputs) {
  const lab = await startLab(scanOutputs);
  const browser = await chromium.launch({
    executablePath: process.env.PLAYWRIGHT_CHROMIUM || undefined,
    args: process.getuid?.() === 0 ? ['--no-sandbox'] : []
  });
  try {
    const page = await browser.newPage();
    await page.addInitScript(() => {
      window.longTasks = [];
      new PerformanceObserver(list =>
        window.longTasks.push(...list.getEntries().map(entry => entry.duration))
      ).observe({ entryTypes: ['longtask'] });
    });
    await openLab(page, lab.url('lab/tree/printing.ipynb'));
    await run(page, 0, 1);
    const profiler = await page.context().newCDPSession(page);
    await profiler.send('Profiler.enable');
    await profiler.send('Profiler.setSamplingInterval', { interval: SAMPLE_US });
    await page.evaluate(() => window.longTasks.splice(0));
    await profiler.send('Profiler.start');
    const start = performance.now();
    for (let number = 0; number < runs; number += 1) {
      await run(page, 1, number + 2);
    }
    if (scanOutputs) {
      // The worker may be behind: the sum is right when all has been read.
      await page.locator('.jp-LLMMeter-Gauge[title*=" 74 of "]').waitFor({ timeout: 600_000 });
    }
    const elapsed = performance.now() - start;
    const { profile } = await profiler.send('Profiler.stop');
    return { elapsed, longTasks: await page.evaluate(() => window.longTasks), ...ours(profile) };
  } finally {
    await browser.close();
    await lab.stop();
  }
}

async function startLab(scanOutputs) {
  const place = join(folder, String(scanOutputs));
  mkdirSync(join(place, 'config'), { recursive: true });
  mkdirSync(join(place, 'notebooks'), { recursive: true });
  // The server would hold back what comes faster than a reader could read.
  const limits = { iopub_data_rate_limit: 1e12, iopub_msg_rate_limit: 1e12 };
  const config = JSON.stringify({ ZMQChannelsWebsocketConnection: limits });
  writeFileSync(join(place, 'config', 'jupyter_server_config.json'), config);
  writeFileSync(
    join(place, 'notebooks', 'outputs.json'),
    JSON.stringify(outputs(MEGABYTES_A_RUN * MEGABYTE))
  );
  const lab = await Lab.start(place, { settings: { scanOutputs } });
  lab.writeKernel('untapped', { LLM_METER_DISABLE: '1' });
  lab.writeNotebook('printing.ipynb', ['print("ready")', PRINTING], 'untapped');
  return lab;
}

async function run(page, index, count) {
  const cell = await startCell(page, index);
  await cell.locator('.jp-InputPrompt', { hasText: `[${count}]:` }).waitFor({ timeout: 120_000 });
}

/** How long this extension's code was on the page's stack: in all, and from one sample without it to the next. */
function ours({ nodes, samples, timeDeltas }) {
  const parents = new Map();
  for (const { id, children = [] } of nodes) {
    children.forEach(child => parents.set(child, id));
  }
  const urls = new Map(nodes.map(({ id, callFrame }) => [id, callFrame.url]));
  const isOurs = new Map();
  const check = id => {
    if (!isOurs.has(id)) {
      const parent = parents.get(id);
      const own = urls.get(id)?.includes('/jupyter-llm-meter/') === true;
      isOurs.set(id, own || (parent !== undefined && check(parent)));
    }
    return isOurs.get(id);
  };
  let [whole, longest, stretch] = [0, 0, 0];
  samples.forEach((id, at) => {
    const took = (timeDeltas[at + 1] ?? 0) / 1000;
    stretch = check(id) ? stretch + took : 0;
    whole += check(id) ? took : 0;
    longest = Math.max(longest, stretch);
  });
  return { whole, longest };
}

function report() {
  console.log(`${runs * MEGABYTES_A_RUN} MB printed in JupyterLab    scanner off   scanner on`);
  const row = (name, read) =>
    console.log(
      `${name.padEnd(34)} ${[results.off, results.on].map(result => read(result).padStart(12)).join(' ')}`
    );
  const ms = number => `${number.toFixed(number < 100 ? 1 : 0)} ms`;
  row('from start to end', ({ elapsed }) => `${(elapsed / 1000).toFixed(1)} s`);
  row('long tasks of the page', ({ longTasks }) => String(longTasks.length));
  row('  the longest', ({ longTasks }) => ms(Math.max(0, ...longTasks)));
  row('  in all', ({ longTasks }) => ms(longTasks.reduce((sum, took) => sum + took, 0)));
  row('in code of LLM Meter, in all', ({ whole }) => ms(whole));
  row('  the longest stretch', ({ longest }) => ms(longest));
  console.log(
    `time with the scanner / without: ${(results.on.elapsed / results.off.elapsed).toFixed(2)}`
  );
}
