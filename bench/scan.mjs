// How long the output scanner takes: `node bench/scan.mjs`.
//
// Scans 100 MB of outputs as a notebook would send them, and hostile texts of 1 MB, and prints the whole time and the longest
// slice: the time from one message to the next, which is what the page would be held up by if no worker were there.

import { source } from './sources.mjs';

const { RunScanner } = await source('core/scan/run');
const { readText } = await source('core/scan/text');

const MEGABYTE = 1_000_000;
const usage = `ChatCompletion(id='chatcmpl-1', usage=CompletionUsage(completion_tokens=17, prompt_tokens=57, total_tokens=74))\n`;
const prose = 'The loss went down to 0.12 (see figure 3), which is what one would expect of it.\n';

const kinds = {
  'log lines without usage': prose.repeat(100),
  'a usage in every 8 kB': prose.repeat(97) + usage,
  'nothing but usages': usage.repeat(70),
  'a table of tokens per second': 'step 12: 3021.2 tokens/s, loss 1.23, mfu 0.31\n'.repeat(170)
};

for (const [name, piece] of Object.entries(kinds)) {
  const count = Math.ceil((100 * MEGABYTE) / Object.keys(kinds).length / piece.length);
  const scanner = new RunScanner();
  const slices = [];
  for (let sent = 0; sent < count; sent += 1) {
    slices.push(
      timed(() => scanner.append({ text: piece, markup: 'plain', joins: { stream: 'stdout' } }))
    );
  }
  slices.push(timed(() => scanner.finish()));
  report(name, count * piece.length, slices);
}

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
  report(`hostile: ${name}`, text.length, [timed(() => readText({ text, markup: 'plain' }))]);
}
for (const [name, text] of Object.entries({
  tags: '<td>tokens'.repeat(MEGABYTE / 10),
  angles: '<'.repeat(MEGABYTE) + 'tokens',
  styles: '<style>tokens'.repeat(MEGABYTE / 13)
})) {
  report(`hostile HTML: ${name}`, text.length, [timed(() => readText({ text, markup: 'html' }))]);
}

function timed(work) {
  const start = performance.now();
  work();
  return performance.now() - start;
}

function report(name, size, slices) {
  const whole = slices.reduce((sum, slice) => sum + slice, 0);
  const longest = slices.reduce((most, slice) => Math.max(most, slice), 0);
  const megabytes = (size / MEGABYTE).toFixed(1).padStart(6);
  console.log(
    `${name.padEnd(38)} ${megabytes} MB  ${whole.toFixed(0).padStart(6)} ms, longest slice ${longest.toFixed(1)} ms`
  );
}
