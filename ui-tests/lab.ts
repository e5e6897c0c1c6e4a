/**
 * A Jupyter server with folders of its own that a spec starts, stops and starts again on the same port.
 */

import type { ChildProcess } from 'node:child_process';
import { closeSync, mkdirSync, openSync, readFileSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

import type { KernelProgram } from './kernels';
import { PYTHON, startModule } from './python';

const PYTHON_KERNEL: KernelProgram = {
  argv: [PYTHON, '-m', 'ipykernel_launcher', '-f', '{connection_file}'],
  language: 'python'
};
const TOKEN = 'ui-tests';
const START_TRIES = 720;
const TRY_MS = 250;
const STOP_MS = 8_000;
/** The same for one that no test needs any more; its kernels end within this. */
const DISCARD_MS = 3_000;
const FIRST_PORT = 30_000;
const PORTS_A_WORKER = 200;
const firstTried = Math.floor(Math.random() * PORTS_A_WORKER);

/** A limit as in the settings. */
export interface LimitSetting {
  readonly window: 'hour' | 'day' | 'week' | 'month' | 'total';
  readonly unit: 'tokens' | 'USD' | 'calls';
  readonly amount: number;
}

/** What specs look for in a saved notebook. */
export interface Notebook {
  readonly cells: readonly { readonly metadata: object }[];
  readonly metadata: object;
}

export interface LabOptions {
  /** The program: JupyterLab or Notebook 7. */
  readonly app?: 'jupyterlab' | 'notebook';
  /** Variables for the server and so for its kernels. */
  readonly environment?: Readonly<Record<string, string>>;
  /** The path under which the server is reached, as behind a hub; `/` unless this says otherwise. */
  readonly baseUrl?: string;
  /** Whether the server extension runs; it does unless this says otherwise. */
  readonly hasServerExtension?: boolean;
  /** Whether the page gives its commands to the spec, as `window.jupyterapp`. */
  readonly isAppExposed?: boolean;
  /** The user's settings of the meter. */
  readonly settings?: Readonly<Record<string, unknown>>;
}

export class Lab {
  private constructor(
    private readonly folder: string,
    private readonly port: number,
    private readonly options: LabOptions
  ) {}

  /** Makes the folders and starts the server. */
  static async start(folder: string, options: LabOptions): Promise<Lab> {
    const lab = new Lab(folder, await freePort(), options);
    mkdirSync(lab.notebooks, { recursive: true });
    lab.writeSettings('@jupyterlab/apputils-extension', 'notification', {
      fetchNews: 'false',
      checkForUpdates: false
    });
    lab.writeSettings('jupyter-llm-meter', 'meter', options.settings ?? {});
    await lab.start();
    return lab;
  }

  /** Starts the server with the same folders and port, with or without the server extension. */
  async start(hasServerExtension = this.options.hasServerExtension ?? true): Promise<void> {
    const log = openSync(join(this.folder, 'server.log'), 'a');
    this.server = startModule(
      [...this.arguments(), ...extensionArguments(hasServerExtension)],
      { ...this.variables(), ...this.options.environment },
      ['ignore', log, log]
    );
    closeSync(log);
    for (let tries = 0; tries < START_TRIES; tries++) {
      if (await this.isUp()) {
        return;
      }
      await sleep(TRY_MS);
    }
    throw new Error(`the server did not start; its log is ${this.folder}/server.log`);
  }

  /** Ends the server; `SIGKILL` is a crash. */
  async stop(signal: 'SIGTERM' | 'SIGKILL' = 'SIGTERM'): Promise<void> {
    if (!(await this.endsWithin(STOP_MS, signal))) {
      console.warn(`the server did not end within ${STOP_MS} ms of ${signal}`);
    }
  }

  /** Ends a server that no test needs any more. */
  async discard(): Promise<void> {
    await this.endsWithin(DISCARD_MS, 'SIGTERM');
  }

  /** Ends the server, after a while by force; whether that was not needed. */
  private async endsWithin(patienceMs: number, signal: 'SIGTERM' | 'SIGKILL'): Promise<boolean> {
    const server = this.server;
    if (server === undefined || server.exitCode !== null || server.signalCode !== null) {
      return true;
    }
    const ended = new Promise<boolean>(resolve => server.once('exit', () => resolve(true)));
    server.kill(signal);
    const hasEnded = await Promise.race([ended, sleep(patienceMs, false, { ref: false })]);
    if (!hasEnded) {
      // Stopped while it answers a page, jupyter_server leaves idle worker threads of anyio behind, which nobody
      // ends; without our extension too.
      server.kill('SIGKILL');
      await ended;
    }
    return hasEnded;
  }

  /** Adds a kernel with variables of its own; it is of the server's own Python when no program is given. */
  writeKernel(
    name: string,
    environment: Readonly<Record<string, string>>,
    { argv, language } = PYTHON_KERNEL
  ): void {
    const folder = join(this.folder, 'data', 'kernels', name);
    mkdirSync(folder, { recursive: true });
    const spec = { argv, display_name: name, language, env: environment };
    writeFileSync(join(folder, 'kernel.json'), JSON.stringify(spec));
    this.languages.set(name, language);
  }

  /** Writes a notebook with one cell a source. */
  writeNotebook(name: string, sources: readonly string[], kernel = 'python3'): void {
    const cells = sources.map((source, at) => ({
      id: `cell-${at}`,
      cell_type: 'code',
      execution_count: null,
      metadata: {},
      outputs: [],
      source
    }));
    const language = this.languages.get(kernel) ?? PYTHON_KERNEL.language;
    const kernelspec = { name: kernel, display_name: kernel, language };
    const notebook = {
      cells,
      metadata: { kernelspec },
      nbformat: 4,
      nbformat_minor: 5
    };
    writeFileSync(join(this.notebooks, name), JSON.stringify(notebook));
  }

  /** Reads a notebook as it is saved. */
  readNotebook(name: string): Notebook {
    return JSON.parse(readFileSync(join(this.notebooks, name), 'utf8')) as Notebook;
  }

  /** The origin of its pages, to which a browser ties what they keep. */
  get origin(): string {
    return `http://127.0.0.1:${this.port}`;
  }

  /** The address of a page, with the token. */
  url(path: string): string {
    const separator = path.includes('?') ? '&' : '?';
    return `${this.origin}${this.baseUrl}${path}${separator}token=${TOKEN}`;
  }

  /** Writes a user's settings of an extension; a page that is open does not get them. */
  writeSettings(extension: string, name: string, settings: object): void {
    const folder = join(this.settings, extension);
    mkdirSync(folder, { recursive: true });
    writeFileSync(join(folder, `${name}.jupyterlab-settings`), JSON.stringify(settings));
  }

  private async isUp(): Promise<boolean> {
    try {
      return (await fetch(this.url('api/status'))).ok;
    } catch {
      // Nobody listens yet.
      return false;
    }
  }

  private get notebooks(): string {
    return join(this.folder, 'notebooks');
  }

  private get settings(): string {
    return join(this.folder, 'settings');
  }

  private get workspaces(): string {
    return join(this.folder, 'workspaces');
  }

  private get baseUrl(): string {
    return this.options.baseUrl ?? '/';
  }

  private arguments(): string[] {
    const { app = 'jupyterlab', isAppExposed = false } = this.options;
    const trait = app === 'notebook' ? 'JupyterNotebookApp' : 'LabApp';
    return [
      app,
      // JupyterLab reads the variables of these two when it is imported, which a warm Python did before.
      `--LabApp.user_settings_dir=${this.settings}`,
      `--LabApp.workspaces_dir=${this.workspaces}`,
      `--${trait}.expose_app_in_browser=${isAppExposed ? 'True' : 'False'}`,
      `--ServerApp.base_url=${this.baseUrl}`,
      '--no-browser',
      '--allow-root',
      // The search for language servers runs npm, node and R, and no spec is about one.
      '--LanguageServerManager.autodetect=False',
      // Nor about JupyterLab built anew, which each page would have the server ask yarn about.
      "--ServerApp.tornado_settings={'page_config_data': {'buildCheck': False}}",
      `--ServerApp.port=${this.port}`,
      '--ServerApp.port_retries=0',
      `--IdentityProvider.token=${TOKEN}`,
      `--ServerApp.root_dir=${this.notebooks}`
    ];
  }

  private variables(): Record<string, string> {
    return {
      JUPYTER_DATA_DIR: join(this.folder, 'data'),
      JUPYTER_CONFIG_DIR: join(this.folder, 'config'),
      JUPYTER_RUNTIME_DIR: join(this.folder, 'runtime'),
      JUPYTERLAB_SETTINGS_DIR: this.settings,
      JUPYTERLAB_WORKSPACES_DIR: this.workspaces,
      IPYTHONDIR: join(this.folder, 'ipython'),
      DENO_DIR: join(this.folder, 'deno'),
      DENO_NO_UPDATE_CHECK: '1',
      NO_PROXY: '*',
      no_proxy: '*'
    };
  }

  private server: ChildProcess | undefined;
  /** The languages of the kernels that were added. */
  private readonly languages = new Map<string, string>();
}

function extensionArguments(isOn: boolean): string[] {
  return isOn ? [] : [`--ServerApp.jpserver_extensions={'jupyter_llm_meter': False}`];
}

/**
 * A port below the range from which the system gives ports away, so that no other process has it before the server listens.
 * Each worker of Playwright has a range to itself, and takes the same port each time that it is free: a browser keeps what it
 * has loaded and compiled by its address.
 */
async function freePort(): Promise<number> {
  const first = FIRST_PORT + Number(process.env.TEST_PARALLEL_INDEX ?? 0) * PORTS_A_WORKER;
  for (let tries = 0; tries < PORTS_A_WORKER; tries++) {
    const port = first + ((firstTried + tries) % PORTS_A_WORKER);
    if (await isFree(port)) {
      return port;
    }
  }
  throw new Error(`every port from ${first} to ${first + PORTS_A_WORKER - 1} is taken`);
}

async function isFree(port: number): Promise<boolean> {
  return new Promise(resolve => {
    const server = createServer();
    server.once('error', () => resolve(false));
    server.listen(port, '127.0.0.1', () => server.close(() => resolve(true)));
  });
}
