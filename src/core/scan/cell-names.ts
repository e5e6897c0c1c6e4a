/**
 * Reads which variables the source of a cell sets, and which it only looks at: whether a cell can show again what an earlier
 * one has shown, or must have made another call.
 *
 * It goes by the marks that the languages of kernels share, and does not parse any of them.
 */

/** The variables of one cell. */
export interface CellNames {
  /** Those that it sets. */
  readonly set: ReadonlySet<string>;
  /** Those that it looks at and that it has not set before. */
  readonly read: ReadonlySet<string>;
  /** Those among them that it shows, as far as can be seen: not what it only passes to functions of any kind. */
  readonly shown: ReadonlySet<string>;
  /** Whether it runs anything that may make a call of its own: a command, or a function that is not known to show only. */
  readonly mayCall: boolean;
}

const TOKEN =
  /(?:#|\/\/)[^\n]*|\/\*[^]*?\*\/|("(?:\\[^]|[^"\\])*"|'(?:\\.|[^'\\\n])*'|`(?:\\[^]|[^`\\])*`)|(?<![\p{L}\p{N}_]|[\p{L}\p{N}_)\]}]\s*(?:\?\.|[.$@]))((?:(?<!\.)\.)?[\p{L}_][\p{L}\p{N}_]*)((?:\s*(?:\?\.|:::?|[.$@])[\p{L}_][\p{L}\p{N}_]*)*)(\s*(?:\(|,|<<?-|:=|=(?![=>~])))?|(->>?)|([()[\]{}])|([\n;])/gu;
/** Between a command and its first argument. */
const BEFORE_ARGUMENT = /^[ \t]+-{0,2}$/;
/** Before a function that gets a value without brackets. */
const PIPE = /(?:\|>|%>%)\s*$/;
const INSIDE_TEXT = /\$?\{([^{}]*)\}|\$\(([^()]*)\)|\$([\p{L}_]\w*)/gu;
/** Functions and methods that show what is there. */
const VIEWERS = new Set(
  (
    'print println cat str unlist summary head names paste paste0 format message toJSON toString show display dump pprint ' +
    'glimpse View as_tibble tibble to_json json dumps stringify log table dir inspect keys values items repr string'
  ).split(' ')
);
const KEYWORDS = new Set(
  (
    'const let var val final await async return if else for in of while do function fn def true false null TRUE FALSE NULL ' +
    'import library require using new from begin end export static global local console JSON Object Math'
  ).split(' ')
);
const DECLARATIONS = new Set(['const', 'let', 'var', 'val']);
/** What kernels keep the last values in. */
const LAST_VALUES = ['_', '__', 'ans', 'Out', '.Last'];

/**
 * The variables of a cell.
 *
 * @param source - what was executed.
 */
export function namesIn(source: string): CellNames {
  const names = new NameReader();
  let end = 0;
  for (const found of source.matchAll(TOKEN)) {
    const [whole, text, name, members = '', mark = '', arrow, bracket, line] = found;
    names.addGap(source.slice(end, found.index), name ?? text, name !== undefined && mark === '');
    end = found.index + whole.length;
    if (name !== undefined) {
      names.addName(name, members, mark.trim());
    } else if (text !== undefined) {
      names.addText(text);
    } else if (bracket !== undefined) {
      names.addBracket(bracket);
    } else if (line !== undefined) {
      names.endLine();
    }
    names.isTarget = arrow !== undefined;
  }
  return names;
}

/** Gathers the names of a cell, token by token. */
class NameReader implements CellNames {
  readonly set = new Set<string>();
  readonly read = new Set<string>();
  readonly shown = new Set<string>();
  mayCall = false;
  /** Whether the next name is what `->` points to. */
  isTarget = false;

  /**
   * Looks at what stands before a token.
   *
   * @param gap - what stands between it and the token before.
   * @param word - the token, where it is a name or a text.
   * @param isName - whether it is a name with nothing behind it.
   */
  addGap(gap: string, word: string | undefined, isName: boolean): void {
    const isKeyword = word !== undefined && KEYWORDS.has(word);
    if (word !== undefined && !isKeyword) {
      this.mayCall ||= this._isWord && BEFORE_ARGUMENT.test(gap);
      this.mayCall ||= isName && PIPE.test(gap) && !VIEWERS.has(word);
    }
    this._isWord = isName && !isKeyword;
  }

  addName(name: string, members: string, mark: string): void {
    const isCall = mark === '(';
    const isOutside = this._brackets.length === 0;
    const isEqual = mark === '=' && isOutside;
    if (this.isTarget || this._isPattern || isEqual || mark.startsWith('<') || mark === ':=') {
      [...this._listed, name].forEach(each => this._add(each));
      this._listed = [];
    } else if (!isCall || isView(members)) {
      this._look(name, members !== '' || !this._brackets.includes('call'));
      this._listed = mark === ',' && isOutside ? [...this._listed, name] : [];
    }
    if (isCall) {
      const isShowing = isView(members === '' ? name : members);
      this._brackets.push(isShowing ? 'other' : 'call');
      this.mayCall ||= !isShowing && !(members === '' && KEYWORDS.has(name));
    }
    this._isDeclaring = DECLARATIONS.has(name);
  }

  addText(text: string): void {
    for (const [, ...parts] of text.matchAll(INSIDE_TEXT)) {
      namesIn(parts.join('')).read.forEach(name => this._look(name, true));
    }
  }

  addBracket(bracket: string): void {
    if (bracket === '}' || bracket === ']') {
      this._isPattern = false;
    } else if (this._isDeclaring) {
      this._isPattern = true;
    }
    if (bracket === '(' || bracket === '[') {
      this._brackets.push('other');
    } else if (bracket === ')' || bracket === ']') {
      this._brackets.pop();
    }
  }

  endLine(): void {
    this._listed = [];
  }

  private _add(name: string): void {
    this.read.delete(name);
    this.shown.delete(name);
    this.set.add(name);
  }

  private _look(name: string, isShown: boolean): void {
    if (KEYWORDS.has(name) || this.set.has(name)) {
      return;
    }
    this.read.add(name);
    if (isShown) {
      this.shown.add(name);
    }
  }

  /** Whether the token before is a name. */
  private _isWord = false;
  /** The open brackets: those of calls that may do anything, and all others. */
  private readonly _brackets: ('call' | 'other')[] = [];
  /** The names before a comma, which may be set together. */
  private _listed: readonly string[] = [];
  private _isDeclaring = false;
  private _isPattern = false;
}

/** Whether it looks at a value that the kernel itself keeps, whatever that is. */
export function looksAtLastValue({ read }: CellNames): boolean {
  return LAST_VALUES.some(name => read.has(name));
}

/** Whether a method that is called shows its object; any other may make a call. */
function isView(members: string): boolean {
  const method = /[\p{L}_][\p{L}\p{N}_]*$/u.exec(members)?.[0];
  return method !== undefined && VIEWERS.has(method);
}
