// How well the output scanner reads what programs print: `node bench/printed-forms.mjs [--wrong]`.
//
// Reads printed-forms.jsonl of the recorded corpus (LLM_METER_CORPUS, else ../shared/corpus): prints precision and recall
// over the distinct calls that each output shows, and with --wrong every row that is not all right.

import { existsSync, readFileSync } from 'node:fs';

import { source } from './sources.mjs';

const { RunScanner } = await source('core/scan/run');
const { scoreRow } = await source('__tests__/core/scan/score');

const corpus =
  process.env.LLM_METER_CORPUS ?? new URL('../../shared/corpus', import.meta.url).pathname;
const file = `${corpus}/printed-forms.jsonl`;
if (!existsSync(file)) {
  console.error(`No corpus at ${file}; set LLM_METER_CORPUS to its folder.`);
  process.exit(2);
}

const totals = { expected: 0, right: 0, found: 0, falseRows: 0, noneRows: 0 };
for (const line of readFileSync(file, 'utf-8').trim().split('\n')) {
  const row = JSON.parse(line);
  const score = scoreRow(row, new RunScanner());
  totals.expected += score.expected.length;
  totals.found += score.found.length;
  totals.right += score.right;
  totals.noneRows += row.label === 'none' ? 1 : 0;
  totals.falseRows += row.label === 'none' && score.found.length > 0 ? 1 : 0;
  const isRight = score.right === score.expected.length && score.right === score.found.length;
  if (!isRight && process.argv.includes('--wrong')) {
    console.log(row.form, row.output_type, row.mime, row.note ?? '');
    console.log('  expected', JSON.stringify(score.expected));
    console.log('  found   ', JSON.stringify(score.found));
  }
}

const percent = (part, whole) => `${((100 * part) / whole).toFixed(1)} %`;
console.log(`printed calls   ${totals.expected}`);
console.log(
  `all figures right   ${totals.right} (recall ${percent(totals.right, totals.expected)})`
);
console.log(`readings   ${totals.found} (precision ${percent(totals.right, totals.found)})`);
console.log(`look-alikes read as calls   ${totals.falseRows} of ${totals.noneRows}`);
