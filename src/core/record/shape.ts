/**
 * Reading values of unknown shape, as they come off the wire.
 *
 * Owns the narrowing from `unknown` to plain types; refuses to guess: what is not of the promised shape raises a
 * `ShapeError` that names the place. Unknown keys are ignored, so that a newer server can talk to an older page.
 */

/** A value read off the wire is not what its contract promises. */
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

/** One JSON object and its place in the document. */
export class Shape {
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
  get(key: string): unknown {
    return this._fields[key] ?? undefined;
  }

  /** The object under a key. */
  object(key: string): Shape {
    return new Shape(this.get(key), this.at(key));
  }

  /** Each value of the object under a key, read by `read`, by its own key. */
  entries<T>(key: string, read: (value: unknown, path: string) => T): ReadonlyMap<string, T> {
    const inner = this.object(key);
    return new Map(
      Object.entries(inner._fields).map(([name, value]) => [name, read(value, inner.at(name))])
    );
  }

  /** Each element of the list under a key, read by `read`. */
  list<T>(key: string, read: (value: unknown, path: string) => T): T[] {
    const value = this.get(key);
    if (!Array.isArray(value)) {
      throw new ShapeError(this.at(key), 'a list');
    }
    return value.map((item: unknown, index) => read(item, `${this.at(key)}[${index}]`));
  }

  /** The same as `list`; empty when the key is absent. */
  optionalList<T>(key: string, read: (value: unknown, path: string) => T): T[] {
    return this.get(key) === undefined ? [] : this.list(key, read);
  }

  /** The object under a key, read by `read`; undefined when the key is absent. */
  optionalObject<T>(key: string, read: (shape: Shape) => T): T | undefined {
    return this.get(key) === undefined ? undefined : read(this.object(key));
  }

  text(key: string): string {
    return this.required(key, 'a text', this.optionalText(key));
  }

  optionalText(key: string): string | undefined {
    return this._optional(key, 'a text', isText);
  }

  count(key: string): number {
    return this.required(key, 'a whole number of at least 0', this.optionalCount(key));
  }

  optionalCount(key: string): number | undefined {
    return this._optional(key, 'a whole number of at least 0', isCount);
  }

  number(key: string): number {
    return this.required(key, 'a number', this.optionalNumber(key));
  }

  optionalNumber(key: string): number | undefined {
    return this._optional(key, 'a number', isNumber);
  }

  /** An RFC 3339 time, in milliseconds since 1970. */
  time(key: string): number {
    const at = Date.parse(this.text(key));
    if (Number.isNaN(at)) {
      throw new ShapeError(this.at(key), 'an RFC 3339 time');
    }
    return at;
  }

  optionalFlag(key: string): boolean | undefined {
    return this._optional(key, 'true or false', isFlag);
  }

  /** A decimal number in a string, as money and amounts are written. */
  decimal(key: string): string {
    return this.required(key, 'a decimal string', this.optionalDecimal(key));
  }

  optionalDecimal(key: string): string | undefined {
    return this._optional(key, 'a decimal string', isDecimal);
  }

  /** One of a closed set of words. */
  choice<T extends string>(key: string, words: readonly T[]): T {
    const isWord = (value: unknown): value is T => words.some(word => word === value);
    const expected = `one of ${words.join(', ')}`;
    return this.required(key, expected, this._optional(key, expected, isWord));
  }

  /** @throws {ShapeError} when the value is absent. */
  required<T>(key: string, expected: string, value: T | undefined): T {
    if (value === undefined) {
      throw new ShapeError(this.at(key), expected);
    }
    return value;
  }

  /** The place of a key in the document. */
  at(key: string): string {
    return this.path === '' ? key : `${this.path}.${key}`;
  }

  private _optional<T>(
    key: string,
    expected: string,
    holds: (value: unknown) => value is T
  ): T | undefined {
    const value = this.get(key);
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
