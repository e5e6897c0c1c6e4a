// Loader hooks of sources.mjs: the sources and the UI tests name each other without an extension, as bundlers want it.

import { existsSync, readFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { fileURLToPath } from 'node:url';
import ts from 'typescript';

export function resolve(specifier, context, next) {
  const isOurs = specifier.startsWith('.') && /\/(src|ui-tests)\//.test(context.parentURL ?? '');
  const url = isOurs ? new URL(`${specifier}.ts`, context.parentURL) : undefined;
  return url !== undefined && existsSync(url)
    ? { url: url.href, format: 'module', shortCircuit: true }
    : next(specifier, context);
}

export function load(url, context, next) {
  if (!url.startsWith('file:') || !url.endsWith('.ts')) {
    return next(url, context);
  }
  const { outputText } = ts.transpileModule(readFileSync(fileURLToPath(url), 'utf-8'), {
    compilerOptions: { module: ts.ModuleKind.ESNext, target: ts.ScriptTarget.ES2022 }
  });
  // Playwright runs the UI tests as CommonJS modules, which know their folder.
  const folder = `const __dirname = ${JSON.stringify(dirname(fileURLToPath(url)))};\n`;
  return { format: 'module', source: folder + outputText, shortCircuit: true };
}
