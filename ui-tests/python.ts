/**
 * The Python programs of the specs: each is a process of its own, which begins with the libraries of a server loaded.
 *
 * Most of the work of a start is to import, and `tests/warm_python` has done that once for the whole run. A kernel
 * never starts so: its imports are what the tap works on.
 */

import { spawn, type ChildProcess, type StdioOptions } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { createInterface } from 'node:readline';

/** The Python whose environment holds the installed wheel. */
export const PYTHON = process.env.LLM_METER_PYTHON ?? '.venv/bin/python';

/** The folder of the Python tests, with modules that only tests have. */
export const PYTHON_TESTS = join(__dirname, '..', 'tests');

/** What a server imports until it has answered a page, and has started a kernel. */
const IMPORTS = [
  'IPython',
  'alembic.autogenerate',
  'alembic.config',
  'anyio._backends._asyncio',
  'httpcore',
  'ipykernel.kernelspec',
  'jupyter_llm_meter.jupyter.app',
  'jupyter_llm_meter.jupyter.routes',
  'jupyter_llm_meter.standin.app',
  'jupyter_lsp.serverextension',
  'jupyter_server.nbconvert.handlers',
  'jupyter_server.services.config.handlers',
  'jupyter_server.services.contents.handlers',
  'jupyter_server.services.events.handlers',
  'jupyter_server.services.kernels.handlers',
  'jupyter_server.services.nbconvert.handlers',
  'jupyter_server.services.sessions.handlers',
  'jupyter_server_terminals.app',
  'jupyterlab.labapp',
  'notebook.app',
  'notebook_shim.nbserver',
  'psutil',
  'sqlalchemy.dialects.sqlite',
  'tiktoken_ext.openai_public',
  'tomllib'
];

/** What `python -m` does, for a Python that takes code only. */
const RUN_MODULE = [
  'import runpy, sys',
  'del sys.argv[0]',
  'runpy.run_module(sys.argv[0], run_name="__main__", alter_sys=True)'
].join('\n');

/** Where the workers of Playwright find the words that start a Python. */
const WORDS = 'LLM_METER_WARM_PYTHON';

/** Imports once, before the first spec; what it returns ends the process that has imported. */
export default async function startWarmPython(): Promise<() => Promise<void>> {
  const server = spawn(PYTHON, ['-m', 'warm_python', ...IMPORTS], {
    env: { ...cleanEnvironment(), PYTHONPATH: PYTHON_TESTS },
    stdio: ['pipe', 'pipe', 'inherit']
  });
  const ended = once(server, 'exit');
  const lines = createInterface({ input: server.stdout });
  const words = await new Promise<string>((resolve, reject) => {
    lines.once('line', resolve);
    lines.once('close', () => reject(new Error('the warm Python did not start')));
  });
  process.env[WORDS] = words;
  return async () => {
    server.stdin.end();
    await ended;
  };
}

/**
 * Starts `python -m` with its arguments, in this process's environment without a Jupyter and with the variables. Without
 * the warm Python, as in benchmarks, the start is an ordinary one.
 */
export function startModule(
  words: readonly string[],
  variables: Readonly<Record<string, string>>,
  stdio: StdioOptions
): ChildProcess {
  const warm = process.env[WORDS];
  const [program, ...options] = warm === undefined ? [PYTHON] : (JSON.parse(warm) as string[]);
  return spawn(program, [...options, '-c', RUN_MODULE, ...words], {
    env: { ...cleanEnvironment(), ...variables },
    stdio
  });
}

/** This process's environment without a meter, a provider or a Jupyter in it. */
export function cleanEnvironment(): Record<string, string> {
  const foreign = /^(LLM_METER_|JUPYTER|JPY_|OPENAI_|ANTHROPIC_|GOOGLE_|GEMINI_|PYTHONPATH$)/;
  const kept = Object.entries(process.env).filter(([name]) => !foreign.test(name));
  return Object.fromEntries(kept) as Record<string, string>;
}
