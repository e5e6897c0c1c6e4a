/**
 * Copies a settings schema into the built extension each time it changes. JupyterLab's builder copies the schemas only
 * when it starts, so its own watch misses them.
 */

import { copyFile, readFile, rm, watch } from 'node:fs/promises';
import { join } from 'node:path';

const { name, jupyterlab } = JSON.parse(await readFile('package.json', 'utf8'));
const target = join(jupyterlab.outputDir, 'schemas', name);

console.log(`Watching ${jupyterlab.schemaDir}/ for changes.`);
for await (const { filename } of watch(jupyterlab.schemaDir)) {
  // Editors write temporary files beside the one they save.
  if (!filename?.endsWith('.json')) {
    continue;
  }
  try {
    await copyFile(join(jupyterlab.schemaDir, filename), join(target, filename));
    console.log(`Copied ${filename}.`);
  } catch (error) {
    if (error.code !== 'ENOENT') {
      throw error;
    }
    await rm(join(target, filename), { force: true });
    console.log(`Removed ${filename}.`);
  }
}
