/**
 * Converts R's two ways of printing a nested list into the form that `structure.ts` reads.
 *
 * These are `print` (`$usage$prompt_tokens` above `[1] 9`) and `str` (` $ usage:List of 3`, ` ..$ prompt_tokens: int 9`), as
 * described in R's own help pages of these functions.
 */

interface Nested {
  [name: string]: Nested | string | number | null;
}

const PATH_LINE = /^(?:\$(?:`[^`\n]{1,80}`|[\w.]{1,80})|\[\[\d{1,6}\]\]){1,12}\s*$/;
const PATH_PART = /\$(?:`([^`]+)`|([\w.]+))|\[\[(\d+)\]\]/g;
const PRINTED = /^\[1\]\s+(.{1,300})$/;
const STR_LINE = /^( ?(?: \.\.){0,12}) ?\$ ([\w.`-]{0,80}) *(?::| <\w{1,8}>)(.{0,300})$/;
const TYPED = /^ *(?:(?:int|num|chr|logi|dbl) +)?([\d"].*)$/;
const VECTOR =
  /^ Named (?:int|num) \[1:\d{1,2}\]([ \d]{1,300})\n - attr\(\*, "names"\)= chr \[1:\d{1,2}\]((?: "[^"\n]{1,80}"){1,20})/gm;
const MOST_VALUES = 5_000;

/**
 * The nested lists that an R kernel printed.
 *
 * @param text - of an output, without ANSI codes.
 * @returns each list as JSON, in the order of the text.
 */
export function readRLists(text: string): readonly string[] {
  return text.includes('$') ? [...readLists(text), ...readVectors(text)] : readVectors(text);
}

/** `str` of a named vector: its figures, and its names in the line below. */
function readVectors(text: string): readonly string[] {
  return [...text.matchAll(VECTOR)].flatMap(([, printed, quoted]) => {
    const figures = printed.trim().split(/\s+/);
    const names = [...quoted.matchAll(/"([^"\n]{1,80})"/g)].map(([, name]) => name);
    const isWhole = figures.length === names.length && figures.every(one => /^\d{1,12}$/.test(one));
    return isWhole
      ? [JSON.stringify(Object.fromEntries(names.map((name, at) => [name, Number(figures[at])])))]
      : [];
  });
}

function readLists(text: string): readonly string[] {
  const collector = new Collector();
  let path: readonly string[] | undefined;
  for (const line of text.split('\n')) {
    const isPath = line.length < 400 && PATH_LINE.test(line);
    const printed = path !== undefined && line.length < 400 ? PRINTED.exec(line) : null;
    if (isPath) {
      path = partsOf(line);
    } else if (path !== undefined && printed !== null) {
      collector.setValue(path, scalarOf(printed[1]));
      path = undefined;
    } else if (line.length < 400) {
      readStrLine(line, collector);
    }
  }
  return collector.finish();
}

/** Puts values under their paths; a path that comes again begins a new list. */
class Collector {
  /** Where in a list that `str` prints the last line stood. */
  readonly strPath: string[] = [];

  /** A name for what `str` prints without one: the position in a list, counted through the text. */
  nextPosition(): string {
    this._position += 1;
    return String(this._position);
  }

  setValue(path: readonly string[], value: string | number | null): void {
    const key = path.join('\0');
    if (this._seen.has(key) || this._seen.size >= MOST_VALUES) {
      this._end();
    }
    this._seen.add(key);
    let holder = this._list;
    for (const part of path.slice(0, -1)) {
      const inner = holder[part];
      holder = typeof inner === 'object' && inner !== null ? inner : (holder[part] = emptyList());
    }
    holder[path[path.length - 1]] = value;
  }

  finish(): readonly string[] {
    this._end();
    return this._done;
  }

  private _end(): void {
    if (this._seen.size > 0) {
      this._done.push(JSON.stringify(this._list));
    }
    this._seen.clear();
    this._list = emptyList();
  }

  private readonly _done: string[] = [];
  private readonly _seen = new Set<string>();
  private _list = emptyList();
  private _position = 0;
}

/** Without a prototype, so that no name in an output means anything else than itself. */
function emptyList(): Nested {
  return Object.create(null) as Nested;
}

function partsOf(line: string): string[] {
  return [...line.matchAll(PATH_PART)].map(([, quoted, plain, index]) => quoted ?? plain ?? index);
}

function readStrLine(line: string, collector: Collector): void {
  const found = STR_LINE.exec(line);
  if (found === null) {
    return;
  }
  const depth = found[1].split('..').length - 1;
  const path = collector.strPath;
  path.length = Math.min(path.length, depth);
  path.push(found[2].replaceAll('`', '') || collector.nextPosition());
  const typed = TYPED.exec(found[3]);
  if (typed !== null) {
    collector.setValue([...path], scalarOf(typed[1]));
  }
}

function scalarOf(printed: string): string | number | null {
  const trimmed = printed.trim();
  if (/^\d{1,15}L?$/.test(trimmed)) {
    return parseInt(trimmed, 10);
  }
  const quoted = /^"((?:[^"\\]|\\.){0,250})"/.exec(trimmed);
  return quoted === null ? null : quoted[1];
}
