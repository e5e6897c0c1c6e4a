/**
 * Reads values of unknown shape, as they come off the wire, into plain types.
 *
 * A value that is not of the promised shape raises a `ShapeError` that names its place. Unknown keys are ignored, so that a
 * newer server can talk to an older page. With a type of `wire.ts`, as in `new Shape<Wire.Alert>(value, path)`, the compiler
 * checks each key and what is read from it against the contract.
 */

/** A value off the wire is not what its contract promises. */
export class ShapeError extends Error {
  /**
   * @param path - where in the document the value stands, as `standings[0].used`.
   * @param expected - what the contract promises there.
   */
  constructor(
    readonly path: string,
    readonly expected: string
  ) {
    super(`${path} is not ${expected}`);
    this.name = 'ShapeError';
  }
}

/** An object whose members the contract does not name. */
type Unnamed = Readonly<Record<string, unknown>>;

/** The keys of T that may hold a V; any key where T names none. */
type KeyOf<T, V = unknown> = string extends keyof T
  ? string
  : { [K in keyof T & string]-?: Extract<NonNullable<T[K]>, V> extends never ? never : K }[keyof T &
      string];

/** What T holds under a key, where it is there. */
type At<T, K> = string extends keyof T ? unknown : K extends keyof T ? NonNullable<T[K]> : never;

/** The shape of an object under a key. */
type ShapeAt<T, K> = Shape<At<T, K> extends object ? At<T, K> : Unnamed>;

/** The words that T allows under a key. */
type WordAt<T, K> = At<T, K> extends string ? At<T, K> : string;

/**
 * One JSON object and its place in the document.
 *
 * @typeParam T - what the contract promises of it; without one any key can be read.
 */
export class Shape<T extends object = Unnamed> {
  private readonly _fields: Readonly<Record<string, unknown>>;

  /**
   * @param value - the value to read.
   * @param path - its place in the document, for error messages.
   * @throws {ShapeError} when the value is not a JSON object.
   */
  constructor(
    value: unknown,
    readonly path: string
  ) {
    if (typeof value !== 'object' || value === null || Array.isArray(value)) {
      throw new ShapeError(path, 'an object');
    }
    this._fields = value as Readonly<Record<string, unknown>>;
  }

  /** The value under a key; null reads as absent. */
  get(key: KeyOf<T>): unknown {
    return this._at(key);
  }

  /** The object under a key. */
  object<K extends KeyOf<T, object>>(key: K): ShapeAt<T, K> {
    return new Shape(this._at(key), this.at(key));
  }

  /** Each value of the object under a key, read by `read`, by its own key. */
  entries<R>(
    key: KeyOf<T, object>,
    read: (value: unknown, path: string) => R
  ): ReadonlyMap<string, R> {
    const inner = new Shape(this._at(key), this.at(key));
    return new Map(
      Object.entries(inner._fields).map(([name, value]) => [name, read(value, inner.at(name))])
    );
  }

  /** Each element of the list under a key, read by `read`. */
  list<R>(key: KeyOf<T, readonly unknown[]>, read: (value: unknown, path: string) => R): R[] {
    const value = this._at(key);
    if (!Array.isArray(value)) {
      throw new ShapeError(this.at(key), 'a list');
    }
    return value.map((item: unknown, index) => read(item, `${this.at(key)}[${index}]`));
  }

  /** The same as `list`; empty when the key is absent. */
  optionalList<R>(
    key: KeyOf<T, readonly unknown[]>,
    read: (value: unknown, path: string) => R
  ): R[] {
    return this._at(key) === undefined ? [] : this.list(key, read);
  }

  /** The object under a key, read by `read`; undefined when the key is absent. */
  optionalObject<K extends KeyOf<T, object>, R>(
    key: K,
    read: (shape: ShapeAt<T, K>) => R
  ): R | undefined {
    return this._at(key) === undefined ? undefined : read(this.object(key));
  }

  text(key: KeyOf<T, string>): string {
    return this.required(key, 'a text', this.optionalText(key));
  }

  optionalText(key: KeyOf<T, string>): string | undefined {
    return this._optional(key, 'a text', isText);
  }

  count(key: KeyOf<T, number>): number {
    return this.required(key, 'a whole number of at least 0', this.optionalCount(key));
  }

  optionalCount(key: KeyOf<T, number>): number | undefined {
    return this._optional(key, 'a whole number of at least 0', isCount);
  }

  number(key: KeyOf<T, number>): number {
    return this.required(key, 'a number', this.optionalNumber(key));
  }

  optionalNumber(key: KeyOf<T, number>): number | undefined {
    return this._optional(key, 'a number', isNumber);
  }

  /** An RFC 3339 time, in milliseconds since 1970. */
  time(key: KeyOf<T, string>): number {
    const at = Date.parse(this.text(key));
    if (Number.isNaN(at)) {
      throw new ShapeError(this.at(key), 'an RFC 3339 time');
    }
    return at;
  }

  optionalFlag(key: KeyOf<T, boolean>): boolean | undefined {
    return this._optional(key, 'true or false', isFlag);
  }

  /** A decimal number in a string, as money and amounts are written. */
  decimal(key: KeyOf<T, string>): string {
    return this.required(key, 'a decimal string', this.optionalDecimal(key));
  }

  optionalDecimal(key: KeyOf<T, string>): string | undefined {
    return this._optional(key, 'a decimal string', isDecimal);
  }

  /** One of a closed set of words. */
  choice<K extends KeyOf<T, string>, W extends WordAt<T, K>>(key: K, words: readonly W[]): W {
    const isWord = (value: unknown): value is W => words.some(word => word === value);
    const expected = `one of ${words.join(', ')}`;
    return this.required(key, expected, this._optional(key, expected, isWord));
  }

  /** @throws {ShapeError} when the value is absent. */
  required<R>(key: string, expected: string, value: R | undefined): R {
    if (value === undefined) {
      throw new ShapeError(this.at(key), expected);
    }
    return value;
  }

  /** The place of a key in the document. */
  at(key: string): string {
    return this.path === '' ? key : `${this.path}.${key}`;
  }

  private _at(key: string): unknown {
    return this._fields[key] ?? undefined;
  }

  private _optional<R>(
    key: string,
    expected: string,
    holds: (value: unknown) => value is R
  ): R | undefined {
    const value = this._at(key);
    if (value === undefined) {
      return undefined;
    }
    if (!holds(value)) {
      throw new ShapeError(this.at(key), expected);
    }
    return value;
  }
}

/** Reads a list element that is a text. */
export function readText(value: unknown, path: string): string {
  if (!isText(value)) {
    throw new ShapeError(path, 'a text');
  }
  return value;
}

/** Reads a list element that is a number. */
export function readNumber(value: unknown, path: string): number {
  if (!isNumber(value)) {
    throw new ShapeError(path, 'a number');
  }
  return value;
}

function isText(value: unknown): value is string {
  return typeof value === 'string';
}

function isNumber(value: unknown): value is number {
  return typeof value === 'number' && Number.isFinite(value);
}

function isCount(value: unknown): value is number {
  return Number.isSafeInteger(value) && (value as number) >= 0;
}

function isFlag(value: unknown): value is boolean {
  return typeof value === 'boolean';
}

function isDecimal(value: unknown): value is string {
  return typeof value === 'string' && /^-?\d+(\.\d+)?$/.test(value);
}
