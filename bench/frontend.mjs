// What the extension costs a page: `node bench/frontend.mjs [PAIRS]`.
//
// Two servers are asked in turn, one with LLM Meter and one without its server extension and its frontend. Each time it is a
// fresh profile of a real Chromium; the first pair is not counted. Measured are the start of JupyterLab, from the request of the
// page until it has restored what was open, and a cell that prints 100,000 lines, from the key until its end is shown.
// Prints each median in milliseconds and the ratio of the two.
// Needs what the UI tests need: the wheel in .venv (LLM_METER_PYTHON) and a Chromium (PLAYWRIGHT_CHROMIUM).

import { chromium } from '@playwright/test';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';

import './sources.mjs';

// A kernel does not start in the checkout.
process.env.LLM_METER_PYTHON ??= resolve('.venv/bin/python');
const { Lab } = await import(new URL('../ui-tests/lab.ts', import.meta.url));
const { startCell } = await import(new URL('../ui-tests/screen.ts', import.meta.url));

const PRINTING = 'for number in range(100_000): print("line", number)';
const MODES = ['without', 'with'];
const pairs = Number(process.argv[2] ?? 6) + 1;
const folder = mkdtempSync(join(tmpdir(), 'llm-meter-frontend-'));
const times = { start: { without: [], with: [] }, print: { without: [], with: [] } };
const browser = await chromium.launch({
  executablePath: process.env.PLAYWRIGHT_CHROMIUM || undefined,
  args: process.getuid?.() === 0 ? ['--no-sandbox'] : []
});
const labs = {};
try {
  for (const mode of MODES) {
    labs[mode] = await startLab(mode);
  }
  for (let pair = 0; pair < pairs; pair += 1) {
    for (const mode of MODES) {
      const { start, print } = await measure(labs[mode]);
      if (pair > 0) {
        times.start[mode].push(start);
        times.print[mode].push(print);
      }
    }
  }
} finally {
  await browser.close();
  await Promise.all(Object.values(labs).map(lab => lab.stop()));
  rmSync(folder, { recursive: true, force: true });
}
report();

async function startLab(mode) {
  const place = join(folder, mode);
  mkdirSync(join(place, 'config', 'labconfig'), { recursive: true });
  // The server would hold back what comes faster than a reader could read.
  const limits = { iopub_data_rate_limit: 1e12, iopub_msg_rate_limit: 1e12 };
  const config = JSON.stringify({ ZMQChannelsWebsocketConnection: limits });
  writeFileSync(join(place, 'config', 'jupyter_server_config.json'), config);
  const isOn = mode === 'with';
  if (!isOn) {
    const disabled = JSON.stringify({ disabledExtensions: { 'jupyter-llm-meter': true } });
    writeFileSync(join(place, 'config', 'labconfig', 'page_config.json'), disabled);
  }
  const lab = await Lab.start(place, { hasServerExtension: isOn, isAppExposed: true });
  lab.writeNotebook('printing.ipynb', [PRINTING]);
  return lab;
}

async function measure(lab) {
  const context = await browser.newContext();
  try {
    const page = await context.newPage();
    await page.goto(lab.url('lab/tree/printing.ipynb?reset'));
    await page.waitForFunction(() => 'jupyterapp' in window);
    const start = await page.evaluate(async () => {
      await window.jupyterapp.restored;
      return performance.now();
    });
    const before = performance.now();
    const cell = await startCell(page, 0);
    await cell.locator('.jp-InputPrompt', { hasText: /\[\d+\]:/ }).waitFor({ timeout: 120_000 });
    return { start, print: performance.now() - before };
  } finally {
    await context.close();
  }
}

function report() {
  for (const [name, { without, with: metered }] of Object.entries(times)) {
    const [plain, ours] = [median(without), median(metered)];
    console.log(
      `${name}: without ${plain.toFixed(0)} ms, with ${ours.toFixed(0)} ms, ratio ${(ours / plain).toFixed(2)}`,
      `(medians of ${without.length}; ${range(without)} and ${range(metered)})`
    );
  }
}

function median(values) {
  const sorted = [...values].sort((one, other) => one - other);
  const middle = Math.floor(sorted.length / 2);
  return sorted.length % 2 === 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
}

function range(values) {
  return `${Math.min(...values).toFixed(0)} to ${Math.max(...values).toFixed(0)}`;
}
