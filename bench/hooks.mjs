// Loader hooks of sources.mjs: the sources name each other without an extension, as the bundler wants it.

import { existsSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import ts from 'typescript';

export function resolve(specifier, context, next) {
  const isOurs = specifier.startsWith('.') && context.parentURL?.includes('/src/');
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
  return { format: 'module', source: outputText, shortCircuit: true };
}
