// How long the output scanner takes: `node bench/scan.mjs`.
//
// Scans 100 MB of outputs in Node, piece by piece as a notebook would get them, and prints the work in all, and the longest
// slice of it that holds up the page: large texts go to a worker, whose work is in the sum and not in the slice. Then hostile
// texts of 1 MB. What it costs a real page is measured by page.mjs.

import { MEGABYTE, outputs } from './outputs.mjs';
import { source } from './sources.mjs';

const { RunReadings, RunTexts } = await source('core/scan/run');
const { scanText } = await source('core/scan/text');
const { TextReader } = await source('kernels/text-reader');

/** A worker whose work is timed apart from the page's. */
class TimedWorker {
  elapsed = 0;

  postMessage(request) {
    const { id, output, patterns } = structuredClone(request);
    queueMicrotask(() => {
      const start = performance.now();
      const readings = scanText(output, patterns);
      this.elapsed += performance.now() - start;
      this.onmessage({ data: { id, readings } });
    });
  }

  terminate() {}
}

let hundred = 0;
for (const { name, piece, count } of outputs(100 * MEGABYTE)) {
  const worker = new TimedWorker();
  const reader = new TextReader(() => worker);
  const texts = new RunTexts();
  const readings = new RunReadings();
  const slices = [];
  const read = async ready => {
    for (const text of ready) {
      let answer;
      slices.push(timed(() => (answer = reader.scanText(text, []))));
      const found = await answer;
      slices.push(timed(() => readings.add(found)));
    }
  };
  for (let sent = 0; sent < count; sent += 1) {
    let ready;
    slices.push(
      timed(
        () => (ready = texts.append({ text: piece, markup: 'plain', joins: { stream: 'stdout' } }))
      )
    );
    await read(ready);
  }
  await read(texts.finish());
  report(name, count * piece.length, slices, worker.elapsed);
  hundred += sum(slices) + worker.elapsed;
}
console.log(`100 MB in all ${hundred.toFixed(0)} ms\n`);

const hostile = {
  'opening brackets': '('.repeat(MEGABYTE),
  'nested lists with usage': '[{"usage":'.repeat(MEGABYTE / 10),
  quotes: `"'`.repeat(MEGABYTE / 2),
  'quotes that never close': ` "a 'b`.repeat(MEGABYTE / 6) + 'tokens',
  'names without values': 'prompt_tokens='.repeat(MEGABYTE / 14),
  'one word': 'tokens'.repeat(MEGABYTE / 6),
  spaces: ' '.repeat(MEGABYTE) + 'tokens: 1',
  digits: '1'.repeat(MEGABYTE) + ' tokens',
  thousands: '1,000,'.repeat(MEGABYTE / 6) + ' tokens',
  'carriage returns': 'tokens 1\r'.repeat(MEGABYTE / 9),
  colons: 'tokens:'.repeat(MEGABYTE / 7),
  'terminal codes': '\u001b[1m'.repeat(MEGABYTE / 4) + 'tokens',
  bars: 'tokens|'.repeat(MEGABYTE / 7),
  'R paths': '$usage$prompt_tokens\n'.repeat(MEGABYTE / 21)
};
for (const [name, text] of Object.entries(hostile)) {
  report(`hostile: ${name}`, text.length, [timed(() => scanText({ text, markup: 'plain' }))]);
}
for (const [name, text] of Object.entries({
  tags: '<td>tokens'.repeat(MEGABYTE / 10),
  angles: '<'.repeat(MEGABYTE) + 'tokens',
  styles: '<style>tokens'.repeat(MEGABYTE / 13)
})) {
  report(`hostile HTML: ${name}`, text.length, [timed(() => scanText({ text, markup: 'html' }))]);
}

function timed(work) {
  const start = performance.now();
  work();
  return performance.now() - start;
}

function sum(numbers) {
  return numbers.reduce((whole, number) => whole + number, 0);
}

function report(name, size, slices, inWorker = 0) {
  const longest = slices.reduce((most, slice) => Math.max(most, slice), 0).toFixed(1);
  const whole = (sum(slices) + inWorker).toFixed(0).padStart(6);
  const megabytes = (size / MEGABYTE).toFixed(1).padStart(6);
  console.log(`${name.padEnd(38)} ${megabytes} MB  ${whole} ms, longest slice ${longest} ms`);
}
