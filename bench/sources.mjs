// Lets the benchmarks run the TypeScript sources as they are, transpiled in memory by the compiler of the build.

import { register } from 'node:module';

register('./hooks.mjs', import.meta.url);

/** Imports one module of src/, named without its extension. */
export function source(path) {
  return import(new URL(`../src/${path}.ts`, import.meta.url));
}
