/**
 * The tree that is built from a printed structure.
 *
 * Only nodes that have a number, or that contain such nodes, are kept. Outside of all brackets, names that stand together form
 * a block, so that `Prompt tokens: 1, Completion tokens: 2` in running text is a node like any other.
 */

import type { Role, TextKind } from './vocabulary';
import { meaningOf, plainName } from './vocabulary';

/** One figure; null where an absent value was printed. */
export interface Figure {
  /** NaN for a number that cannot be a count. */
  readonly value: number | null;
  readonly isShort: boolean;
  readonly isSum: boolean;
}

/** One printed structure, or one block of names outside of structures. */
export interface Node {
  /** What stands before the bracket, as `CompletionUsage`. */
  readonly name: string;
  /** The name it is the value of, by `plainName`. */
  readonly key: string;
  /** The same as printed: a model where usage is listed by model. */
  readonly rawKey: string;
  /** The opening bracket; empty for a block. */
  readonly bracket: string;
  readonly figures: Map<Role, Figure>;
  /** Figures by their own names, if the name shows the dialect. */
  readonly names: Set<string>;
  readonly texts: Map<TextKind, string>;
  readonly children: Node[];
  parent?: Node;
}

/** The name of a node that holds the parameters of a function in source code. */
export const DEFINITION = 'def';

/** Deeper brackets are counted, not kept. */
const DEEPEST = 100;
/** How far down a bracket that fits is looked for, where texts leave some open. */
const FARTHEST_MATCH = 12;
/** Names further apart than this do not belong together. */
const BLOCK_LINES = 8;
const MOST_CHILDREN = 20_000;

const CLOSERS: Readonly<Record<string, string>> = { ')': '(', ']': '[', '}': '{' };

export class Tree {
  get isOutside(): boolean {
    return this._stack.length === 0 && this._skipped === 0;
  }

  open(bracket: string, name: string, rawKey: string, isAdjacent: boolean): void {
    if (this._stack.length >= DEEPEST) {
      this._skipped += 1;
      return;
    }
    // Julia: `Dict{String, Any}(...)`; the parentheses are what the name and key belong to.
    const closed = isAdjacent && name === '' && rawKey === '' ? this._closed : undefined;
    const key = closed?.rawKey ?? rawKey;
    const node = newNode(bracket, closed?.name ?? name, key);
    node.parent = this._top;
    this._stack.push(node);
  }

  /** @param isOfTokens - the word that says what is counted follows: `Counts(input=12, output=34) tokens`. */
  close(closer: string, isOfTokens = false): void {
    if (this._skipped > 0) {
      this._skipped -= 1;
      return;
    }
    const wanted = CLOSERS[closer];
    const lowest = Math.max(0, this._stack.length - FARTHEST_MATCH);
    for (let at = this._stack.length - 1; at >= lowest; at -= 1) {
      if (this._stack[at].bracket === wanted) {
        if (isOfTokens) {
          this._stack[at].texts.set('unit', 'tokens');
        }
        this._unwind(at);
        return;
      }
    }
  }

  /** Closes everything that is open. */
  reset(): void {
    this._skipped = 0;
    this._unwind(0);
  }

  countLine(): void {
    // What stands in brackets between two names does not part them.
    if (this._stack.length > 0) {
      return;
    }
    this._linesSince += 1;
    if (this._linesSince > BLOCK_LINES) {
      this._linesSince = 0;
      this._endBlock();
    }
  }

  /**
   * @param isPair - the name and the figure are an item of their own, `('input_tokens', 12)`: the figure is one of the
   *   structure around the item.
   */
  putFigure(rawKey: string, value: number | null, isTokens: boolean, isPair = false): void {
    const name = plainName(rawKey);
    const { role, isShort, isSum } = meaningOf(name, /[\s.\u4e00-\u9fff]/.test(rawKey.trim()));
    if (role === undefined) {
      return;
    }
    const isOutside = this._stack.length === (isPair ? 1 : 0);
    if (isOutside && role !== 'requests' && this._isAgain(role, name, value)) {
      this._endBlock();
    }
    this._linesSince = 0;
    const node = isPair ? (this._stack.at(-2) ?? this._block) : this._top;
    const known = node.figures.get(role);
    if (known === undefined || known.value === null || known.isShort) {
      node.figures.set(role, { value, isShort: isShort && !isTokens, isSum });
    }
    node.names.add(name);
  }

  /** Whether a figure of a block comes again; an absent one and the same one by another name do not begin a new block. */
  private _isAgain(role: Role, name: string, value: number | null): boolean {
    const known = this._block.figures.get(role);
    const isAbsent = value === null || known?.value === null;
    return (
      known !== undefined && (this._block.names.has(name) || (!isAbsent && known.value !== value))
    );
  }

  /** @returns whether the name is one whose text matters. */
  putText(rawKey: string, text: () => string): boolean {
    const { text: kind } = meaningOf(plainName(rawKey), false);
    if (kind === undefined) {
      return false;
    }
    if (this._stack.length === 0 && kind === 'id' && this._block.texts.has('id')) {
      this._endBlock();
    }
    this._linesSince = 0;
    const node = this._top;
    if (!node.texts.has(kind)) {
      node.texts.set(kind, text());
    }
    return true;
  }

  /** The nodes outside of all others that hold a figure somewhere. */
  finish(): readonly Node[] {
    this.reset();
    this._endBlock();
    return this._blocks;
  }

  private get _top(): Node {
    return this._stack[this._stack.length - 1] ?? this._block;
  }

  private _unwind(to: number): void {
    while (this._stack.length > to) {
      const node = this._stack.pop();
      if (node !== undefined) {
        this._attach(node);
      }
    }
  }

  private _attach(node: Node): void {
    this._closed = node;
    if (node.figures.size === 0 && node.children.length === 0 && !node.texts.has('model')) {
      return;
    }
    if (this._stack.length === 0) {
      const isRepeated =
        node.key !== '' && this._block.children.some(child => child.key === node.key);
      if (isRepeated || this._block.children.length >= 64) {
        this._endBlock();
      }
      this._linesSince = 0;
    }
    const parent = this._top;
    if (parent.children.length < MOST_CHILDREN) {
      node.parent = parent;
      parent.children.push(node);
    }
  }

  private _endBlock(): void {
    if (this._block.figures.size > 0 || this._block.children.length > 0) {
      this._blocks.push(this._block);
    }
    this._block = newNode('', '', '');
  }

  private readonly _stack: Node[] = [];
  private readonly _blocks: Node[] = [];
  private _block = newNode('', '', '');
  private _closed?: Node;
  private _skipped = 0;
  private _linesSince = 0;
}

function newNode(bracket: string, name: string, rawKey: string): Node {
  return {
    name,
    key: plainName(rawKey),
    rawKey,
    bracket,
    figures: new Map(),
    names: new Set(),
    texts: new Map(),
    children: []
  };
}
