/**
 * Kernels of other languages than Python, as this machine has them.
 */

import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';

/** A program that is a kernel, as a kernelspec names it. */
export interface KernelProgram {
  readonly argv: readonly string[];
  readonly language: string;
}

/** R with IRkernel and what the cells use; undefined where one of them is missing. */
export function rKernel(): KernelProgram | undefined {
  const packages = ['IRkernel', 'httr2', 'jsonlite', 'tibble'];
  const check = packages.map(name => `loadNamespace("${name}")`).join('; ');
  return runs('R', '--slave', '-e', check)
    ? {
        argv: ['R', '--slave', '-e', 'IRkernel::main()', '--args', '{connection_file}'],
        language: 'R'
      }
    : undefined;
}

/** Deno, of `ui-tests/deno` or of the PATH; undefined where neither runs. */
export function denoKernel(): KernelProgram | undefined {
  const program = [installedDeno(), 'deno'].find(
    candidate => candidate !== undefined && runs(candidate, '--version')
  );
  return program === undefined
    ? undefined
    : {
        argv: [program, 'jupyter', '--kernel', '--conn', '{connection_file}'],
        language: 'typescript'
      };
}

/** The program in npm's package for this machine; its own start script wants to be installed by a script first. */
function installedDeno(): string | undefined {
  const machine = `${process.platform}-${process.arch}`;
  const name = process.platform === 'linux' ? `${machine}-glibc` : machine;
  const program = process.platform === 'win32' ? 'deno.exe' : 'deno';
  const path = join(__dirname, 'deno', 'node_modules', '@deno', name, program);
  return existsSync(path) ? path : undefined;
}

function runs(program: string, ...options: readonly string[]): boolean {
  return spawnSync(program, options, { stdio: 'ignore' }).status === 0;
}
