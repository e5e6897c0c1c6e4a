// How well the output scanner reads what programs print: `node bench/printed-forms.mjs [--wrong]`.
//
// Reads printed-forms.jsonl of the recorded corpus (LLM_METER_CORPUS, else ../shared/corpus): prints precision and recall
// over the distinct calls that each output shows, and with --wrong every row that is not all right. Then the same for the
// forms in tests/vectors, where those of the libraries are made by printed_forms_make.py; a third of these, chosen by a hash
// of their name, was held back while rules were written and is scored by itself.

import { createHash } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';

import { source } from './sources.mjs';

const { RunScanner } = await source('core/scan/run');
const { scoreForm, scoreRow } = await source('__tests__/core/scan/score');

const corpus =
  process.env.LLM_METER_CORPUS ?? new URL('../../shared/corpus', import.meta.url).pathname;
const file = `${corpus}/printed-forms.jsonl`;
if (!existsSync(file)) {
  console.error(`No corpus at ${file}; set LLM_METER_CORPUS to its folder.`);
  process.exit(2);
}

const rows = readFileSync(file, 'utf-8')
  .trim()
  .split('\n')
  .map(line => JSON.parse(line));
report(
  rows.map(row => ({
    name: `${row.form} ${row.output_type} ${row.mime} ${row.note ?? ''}`,
    isNone: row.label === 'none',
    ...scoreRow(row, new RunScanner())
  }))
);

const known = vectors('printed-forms.json');
const made = vectors('printed-forms-libraries.json');
const rounds = vectors('printed-forms-rounds.json');
const [open, held] = [made.filter(one => !one.isHeld), made.filter(one => one.isHeld)];
for (const [title, scores] of Object.entries({
  'tests/vectors/printed-forms.json': known,
  'tests/vectors/printed-forms-rounds.json': rounds,
  'tests/vectors/printed-forms-libraries.json, open': open,
  'tests/vectors/printed-forms-libraries.json, held back': held
})) {
  console.log(`\n${title}`);
  report(scores);
}

function vectors(name) {
  const path = new URL(`../tests/vectors/${name}`, import.meta.url);
  return JSON.parse(readFileSync(path, 'utf-8')).map(row => ({
    name: row.form,
    text: row.text,
    isNone: row.usages.length === 0,
    isHeld: createHash('sha256').update(row.form).digest()[0] % 3 === 0,
    ...scoreForm(row, new RunScanner())
  }));
}

function report(scores) {
  const totals = { expected: 0, right: 0, found: 0, falseRows: 0, noneRows: 0 };
  for (const score of scores) {
    totals.expected += score.expected.length;
    totals.found += score.found.length;
    totals.right += score.right;
    totals.noneRows += score.isNone ? 1 : 0;
    totals.falseRows += score.isNone && score.found.length > 0 ? 1 : 0;
    const isRight = score.right === score.expected.length && score.right === score.found.length;
    if (!isRight && !score.isHeld && process.argv.includes('--wrong')) {
      console.log(score.name);
      console.log('  expected', JSON.stringify(score.expected));
      console.log('  found   ', JSON.stringify(score.found));
    }
  }
  console.log(`printed calls   ${totals.expected}`);
  console.log(
    `all figures right   ${totals.right} (recall ${percent(totals.right, totals.expected)})`
  );
  console.log(`readings   ${totals.found} (precision ${percent(totals.right, totals.found)})`);
  console.log(`look-alikes read as calls   ${totals.falseRows} of ${totals.noneRows}`);
}

function percent(part, whole) {
  return `${((100 * part) / whole).toFixed(1)} %`;
}
