/**
 * Which rows of a printed table are calls.
 *
 * A row counts when its columns are named as the figures of a usage are, and something shows that the row is a call and not a log of
 * other times, a limit or an average: a model, a cost or a total in a table of one row; a column that counts calls or a row that
 * adds up the others in a table of several.
 */

import type { Cells } from './table-cells';
import { countOf } from './table-cells';
import { namesOther } from './topics';
import type { Role } from './vocabulary';
import { meaningOf, plainName } from './vocabulary';

/** Names of figures of which at least one is none of every day. */
export const SPEAKS = /prompt|completion|tok(?:en)?s?/i;
/** Columns that only a call has. */
const OF_CALL =
  /^(?:cost|cost_usd|total_cost|price_usd|latency|latency_ms|latency_s|finish_reason|stop_reason)$/i;
/** Columns that number calls, or say what was asked or answered. */
const OF_EACH =
  /^(?:call|turn|step|iter(?:ation)?|round|attempt|try|request|req|query|question|message|msg|response|answer|reply|trial|agent|latency|duration|elapsed|(?:finish|stop)[ _]reason|调用|轮次|轮|步骤|次|问题|请求)(?:[ _](?:id|no|num(?:ber)?|index|#|s|ms|sec|seconds))?$/i;
/** Columns of logs of other times, and of measurements. */
const OF_OTHER =
  /^(?:dates?|day|month|week|year|hour|timestamp|created(?:_at)?|user|team|project|split|dataset|concurrency|batch(?:_size)?|accuracy|f1|bleu|rouge|tok(?:ens)?\/s|throughput|ttft|tpot|qps|rps)$/i;
/** Prices, shares and speeds by the names of figures. */
const IS_RATE = /[$€£¥%\/]|\bper\b/i;
/** The row that adds up the others. */
const OF_SUM = /^(?:\W*(?:grand )?(?:totals?|sum|all|overall)\W*|Σ|∑|总计|合计|总和|)$/i;

/** Each call of a table as an object that the reader of structures knows. */
export type Fields = Readonly<Record<string, string | number>>;

/** The rows of one table. */
export interface Rows {
  readonly names: Cells;
  /** Of each row, with the cell before the first name, which may say what the row is. */
  readonly rows: readonly { readonly label?: string; readonly cells: Cells }[];
  /** Nothing but figures stands in it, as in a named vector. */
  readonly isPlain: boolean;
  /** Something around it speaks of tokens. */
  readonly isAboutTokens: boolean;
}

/** The calls of a table with a head. */
export function callsOf({ names, rows, isPlain, isAboutTokens }: Rows): readonly Fields[] {
  const cells = rows.map(row => row.cells);
  const areSides = names.every(name => name === '' || sideOf(name) !== undefined);
  const isShared = (isPlain || areSides) && names.some(name => roleOf(name) === 'read');
  const isPair = ['prompt', 'completion'].every(side =>
    names.some(name => name.toLowerCase() === side)
  );
  const isSummed =
    (isAboutTokens || isPair) && !isUsage(names) && withoutSum(inFull(names), rows) !== rows;
  const named = isUsage(names) ? names : fullNames(names, cells, isShared || isSummed);
  if (!isUsage(named) || rows.some(({ label = '' }) => namesOther(label))) {
    return [];
  }
  if (rows.length === 1) {
    const [{ label, cells }] = rows;
    const isCall = isPlain || isOnlyUsage(named, cells, label) || showsCall(named, cells);
    return isCall && !isNothing(named, cells) ? [fieldsOf(named, cells)] : [];
  }
  const single = withoutSum(named, rows);
  const isEach =
    single.length < rows.length ||
    (names.some(name => OF_EACH.test(spaced(name))) &&
      !names.some(name => OF_OTHER.test(spaced(name))));
  return isEach
    ? single
        .filter(({ cells }) => !isNothing(named, cells))
        .map(({ cells }) => fieldsOf(named, cells))
    : [];
}

/** The calls of a table whose rows begin with the names of figures; a column each. */
export function callsOfNamed(rows: readonly Cells[], isAboutTokens: boolean): readonly Fields[] {
  const printed = rows.map(([name]) => name);
  const isPair = ['prompt', 'completion'].every(side =>
    printed.some(name => name.toLowerCase() === side)
  );
  const names =
    !isUsage(printed) && (isAboutTokens || isPair || SPEAKS.test(printed.join(' ')))
      ? fullNames(printed, [rows.map(([, figure]) => figure)], isPair)
      : printed;
  if (!isUsage(names)) {
    return [];
  }
  return rows[0]
    .slice(1)
    .map((_, at) => rows.map(row => row[at + 1]))
    .filter(figures => isUsage(names.filter((_, at) => figures[at] !== '')))
    .filter(figures => !isNothing(names, figures))
    .map(figures => fieldsOf(names, figures));
}

/** The role that a name has by itself. */
export function roleOf(name: string): Role | undefined {
  if (IS_RATE.test(name)) {
    return undefined;
  }
  const { role, isShort } = meaningOf(plainName(lastName(name)), /\s/.test(name));
  return isShort || role === 'tokens' ? undefined : role;
}

/** The same for a name that may be short: other rows show whether it is a figure. */
export function sideOf(name: string): Role | undefined {
  const plain = plainName(lastName(name));
  return plain === 'tokens' ? 'total' : meaningOf(plain, /\s/.test(name)).role;
}

function isUsage(names: Cells): boolean {
  const roles = new Set(names.map(roleOf));
  return roles.has('input') && (roles.has('output') || roles.has('total'));
}

/** `Input`, `Output` and `Total` as names of figures, where the total of every row is the sum or a share shows it. */
function fullNames(names: Cells, rows: readonly Cells[], isProven = false): Cells {
  const short = names.map(sideOf);
  const isSum =
    isProven ||
    rows.every(cells => {
      const figureOf = (wanted: Role): number => countOf(cells[short.indexOf(wanted)]) ?? NaN;
      return figureOf('total') === figureOf('input') + figureOf('output');
    });
  return isSum ? inFull(names) : names;
}

function inFull(names: Cells): Cells {
  return names.map(name => FULL[sideOf(name) ?? ''] ?? name);
}

const FULL: Readonly<Record<string, string>> = {
  input: 'input_tokens',
  output: 'output_tokens',
  total: 'total_tokens'
};

/** `usage.prompt_tokens`, as nested lists are flattened. */
function lastName(name: string): string {
  return name.slice(name.lastIndexOf('.') + 1);
}

/** Whether a row says which model it was, or has a total that is the sum. */
function showsCall(names: Cells, cells: Cells): boolean {
  return (
    names.some(name => meaningOf(plainName(lastName(name)), false).text === 'model') ||
    cells.some(cell => isModel(cell)) ||
    names.some(name => OF_CALL.test(name) || OF_EACH.test(spaced(name))) ||
    figureOf(names, cells, 'total') ===
      figureOf(names, cells, 'input') + figureOf(names, cells, 'output')
  );
}

/** The id of a model. */
function isModel(cell: string): boolean {
  return /^(?:[\w.-]{1,40}\/)*(?:gpt-|o\d-|chatgpt-|claude-|gemini-|llama|mistral|mixtral|qwen|deepseek|command-|grok-)[\w.:@-]{0,60}$/i.test(
    cell
  );
}

/**
 * A list of one usage as `console.table` and frames show it: nothing but its figures, behind a number. A frame of both sides and
 * nothing else may be the log of other calls.
 */
function isOnlyUsage(names: Cells, cells: Cells, label: string | undefined): boolean {
  const isIndexed = label !== undefined || /^(?:\(index\))?$/.test(names[0]);
  const index = isIndexed ? (label ?? cells[0]) : '0';
  const shown = names.filter((name, at) => roleOf(name) !== undefined && cells[at] !== '');
  return (
    /^[01]$/.test(index) &&
    (shown.length > 2 || names[0] === '(index)' || !isIndexed) &&
    names.every(
      (name, at) =>
        roleOf(name) !== undefined ||
        (isIndexed && label === undefined && at === 0) ||
        /^(?:0|None|NaN|<NA>)?$/.test(cells[at])
    )
  );
}

/** A frame counts missing values below the same names. */
function isNothing(names: Cells, cells: Cells): boolean {
  return figureOf(names, cells, 'input') === 0 && figureOf(names, cells, 'output') === 0;
}

/** The rows without the one that adds them up. */
function withoutSum(names: Cells, rows: Rows['rows']): Rows['rows'] {
  const last = rows[rows.length - 1];
  const before = rows.slice(0, -1);
  const isSum = (['input', 'output'] as const).every(
    role =>
      figureOf(names, last.cells, role) ===
      before.reduce((sum, { cells }) => sum + figureOf(names, cells, role), 0)
  );
  const isNamed = OF_SUM.test(last.label ?? last.cells[0] ?? '') || before.length > 1;
  return isSum && isNamed && before.length > 0 ? before : rows;
}

function figureOf(names: Cells, cells: Cells, wanted: Role): number {
  return countOf(cells[names.findIndex(name => roleOf(name) === wanted)]) ?? NaN;
}

/** One call, by the names of its figures. */
function fieldsOf(names: Cells, cells: Cells): Fields {
  const fields = names.map((name, at): [string, string | number] => [
    lastName(name),
    countOf(cells[at]) ?? cells[at] ?? ''
  ]);
  return Object.fromEntries(fields.filter(([name, value]) => name !== '' && value !== ''));
}

/** `call_id`, `Call #`, `callId` are one name. */
function spaced(name: string): string {
  return name
    .replace(/([a-z])(?=[A-Z])/g, '$1 ')
    .replace(/_/g, ' ')
    .trim();
}
