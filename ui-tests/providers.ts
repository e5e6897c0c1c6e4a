/**
 * The providers that a spec's kernels call: the stand-in, or the replay of recorded traffic.
 */

import { spawn, type ChildProcess, type StdioOptions } from 'node:child_process';
import { createInterface } from 'node:readline';
import type { Readable } from 'node:stream';

import { cleanEnvironment, PYTHON, PYTHON_TESTS, startModule } from './python';

/** Calls to make, and what the provider says they used. */
export interface Plan {
  readonly name: string;
  readonly calls: number;
  readonly tokens: number;
}

/** Recorded traffic under its own host names. */
export interface Replay {
  /** For the server whose kernels shall reach it. */
  readonly environment: Record<string, string>;
  readonly plans: readonly [Plan, Plan];
}

/** It ends with its standard input, and says on its output when it listens. */
const STDIO: StdioOptions = ['pipe', 'pipe', 'inherit'];

/** A program of ours that serves for the length of a spec. */
export class Provider {
  private constructor(
    private readonly process: ChildProcess,
    /** The line it printed once it listened; undefined when it could not serve. */
    readonly ready: string | undefined
  ) {}

  /** Starts the stand-in provider. */
  static standin(): Promise<Provider> {
    return Provider.started(startModule(['jupyter_llm_meter.standin'], {}, STDIO));
  }

  /** Starts the replay; `ready` is undefined where there are no recordings. */
  static replay(): Promise<Provider> {
    const corpus = process.env.LLM_METER_CORPUS;
    const env = {
      ...cleanEnvironment(),
      PYTHONPATH: PYTHON_TESTS,
      ...(corpus === undefined ? {} : { LLM_METER_CORPUS: corpus })
    };
    return Provider.started(spawn(PYTHON, ['-m', 'replay'], { env, stdio: STDIO }));
  }

  /** Ends it. */
  stop(): void {
    this.process.stdin?.end();
    this.process.kill();
  }

  private static async started(child: ChildProcess): Promise<Provider> {
    const lines = createInterface({ input: child.stdout as Readable });
    const ready = await new Promise<string | undefined>(resolve => {
      lines.once('line', resolve);
      lines.once('close', () => resolve(undefined));
    });
    return new Provider(child, ready);
  }
}

/** The variables that lead the SDKs to the stand-in. */
export function standinVariables(address: string): Record<string, string> {
  return { OPENAI_BASE_URL: `${address}/v1`, OPENAI_API_KEY: 'sk-none' };
}

/** A cell that makes the calls of a plan through the real SDKs. */
export function replayCell(plan: Plan): string {
  return `import caller\ncaller.main(["${plan.name}"]);`;
}

/** A cell that calls the stand-in so many times and prints the tokens that the provider reported. */
export function chatCell(calls: number): string {
  return [
    'from openai import OpenAI',
    'total = 0',
    `for number in range(${calls}):`,
    '    reply = OpenAI().chat.completions.create(model="gpt-5-mini",',
    '        messages=[{"role": "user", "content": f"Question {number}"}])',
    '    total += reply.usage.total_tokens',
    'print("tokens:", total)'
  ].join('\n');
}
