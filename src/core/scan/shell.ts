/**
 * Which shell commands a cell of IPython runs.
 *
 * A program that a cell starts by `!` or `%%bash` may be no Python, so that no tap sees its calls: curl, Node, the command lines
 * of agents. What it prints is all that is known of them.
 */

/** What is read from the outputs of a run that starts programs, beside a tap in the kernel. */
export type ShellReading =
  /** Every usage: some program is one that no tap sees. */
  | 'all'
  /** Only answers with an id, by which the ledger knows a call that a tap below has reported too. */
  | 'with-id';

/** Programs that call LLMs without Python. Node is what npm's command lines run on. */
const WITHOUT_TAP = new Set([
  'bun',
  'claude',
  'codex',
  'copilot',
  'crush',
  'curl',
  'deno',
  'gemini',
  'goose',
  'julia',
  'node',
  'npx',
  'ollama',
  'opencode',
  'qwen',
  'Rscript',
  'wget'
]);

/** Words before the name of a program: `timeout 60 curl`, `HOME=/tmp claude`. */
const BEFORE_PROGRAM = /^(?:sudo|env|time|nohup|command|exec|timeout|[\d.]+[smh]?|-\S+|\w+=\S*)$/;
const CELL_MAGIC = /^\s*%%(?:bash|sh|zsh|cmd|script|system|sx|!)(?:\s|$)/;
const SHELL_LINE = /^\s*(?:[\w.,[\]'" ]+=\s*)?(?:!{1,2}(?!=)|%(?:sx|system)\s)(?<command>.*)$/;
const SEPARATORS = /\|\||&&|[|;&\n]|\$\(|`/;

/**
 * Says what is read of a run's outputs in a kernel that has a tap.
 *
 * @param code - the source of the cell.
 * @returns what is read; undefined when the cell starts no program through the shell.
 */
export function shellReading(code: string): ShellReading | undefined {
  const commands = shellCommands(code);
  if (commands.length === 0) {
    return undefined;
  }
  const programs = commands.flatMap(command => command.split(SEPARATORS)).map(programOf);
  return programs.some(program => WITHOUT_TAP.has(program)) ? 'all' : 'with-id';
}

function shellCommands(code: string): readonly string[] {
  const lines = code.replace(/\\\n/g, ' ').split('\n');
  const first = lines.findIndex(line => line.trim() !== '');
  if (CELL_MAGIC.test(lines[first] ?? '')) {
    return lines.slice(first + 1);
  }
  return lines.flatMap(line => SHELL_LINE.exec(line)?.groups?.command ?? []);
}

function programOf(command: string): string {
  const words = command.trim().split(/\s+/);
  const name = words.find(word => !BEFORE_PROGRAM.test(word)) ?? '';
  return name.slice(name.lastIndexOf('/') + 1);
}
