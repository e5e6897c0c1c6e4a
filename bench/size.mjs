/**
 * The size of what every page loads at its start, compressed as a server does it: the remote entry and the chunks without
 * which the plugins cannot be activated.
 *
 * Run `npm run build` first, then `node bench/size.mjs`. Prints the size as a share of the target, which may be above 1.
 */

import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';

const FOLDER = 'jupyter_llm_meter/labextension/static';
/** The goal, in kB of gzip. The size was 45.0 kB when it was set. */
const TARGET_KB = 40;

const names = readdirSync(FOLDER).filter(name => /\.js$/.test(name));
const entry = names.find(name => name.startsWith('remoteEntry.'));
if (entry === undefined) {
  throw new Error(`${FOLDER} holds no remoteEntry; run npm run build first.`);
}
const source = readFileSync(join(FOLDER, entry), 'utf8');
const start = exposedChunks(source);
const loaded = names.filter(name => name === entry || start.has(name.split('.')[0]));
let total = 0;
for (const name of loaded) {
  const bytes = readFileSync(join(FOLDER, name));
  const compressed = gzipSync(bytes, { level: 9 }).length;
  total += compressed;
  console.log(`${name}: ${kb(bytes.length)} kB, ${kb(compressed)} kB gzip`);
}
const ratio = (total / (TARGET_KB * 1000)).toFixed(2);
console.log(
  `at the start of a page: ${kb(total)} kB gzip, ${ratio} of the target of ${TARGET_KB} kB`
);

/** The chunks that the exposed modules (./index, ./style) name in the remote entry. */
function exposedChunks(text) {
  const chunks = new Set();
  for (const [, body] of text.matchAll(/"\.\/(?:index|extension|style)":\(?\)?\s*=>([^}]*)/g)) {
    for (const [, id] of body.matchAll(/\.e\("?([\w-]+)"?\)/g)) {
      chunks.add(id);
    }
  }
  if (chunks.size === 0) {
    throw new Error('The remote entry names no chunk in the form that this script knows.');
  }
  return chunks;
}

function kb(bytes) {
  return (bytes / 1000).toFixed(1);
}
