/**
 * The figures that a printed node states: its own, and those of the details, shares and sides inside of it.
 */

import type { Figure, Node } from './tree';
import type { Role } from './vocabulary';
import { meaningOf } from './vocabulary';

const ASIDE = /_?(?:details?|detail_breakdown)$/;

/** A node's figures, with those of its `..._details` beside them. */
export class Figures {
  /** Gemini's candidates do not include its thoughts. */
  readonly isThinkingBeside: boolean;
  /** What a model thought has the name that Gemini gives it. */
  readonly areThoughts: boolean;
  /** The input was put together of its parts. */
  isInputWhole = false;

  constructor(node: Node) {
    this.isThinkingBeside =
      node.names.has('thoughts_token_count') &&
      (node.figures.get('reasoning')?.value ?? 0) > 0 &&
      !node.names.has('output_tokens');
    this.areThoughts = [...node.names].some(name => /^(?:total_)?th(?:ought|inking)/.test(name));
    for (const [role, figure] of node.figures) {
      this._figures.set(role, figure);
    }
    for (const one of node.children) {
      // Rust: `Some(PromptTokensDetails { ... })`.
      const child =
        ASIDE.test(one.key) && one.figures.size === 0 && one.children.length === 1
          ? { ...one.children[0], key: one.key }
          : one;
      if (ASIDE.test(child.key) || /Details?(?:Wrapper)?$/.test(child.name) || isShare(child)) {
        this._takeAside(child);
      } else {
        this._takeNested(child);
      }
    }
    this._addMisses();
  }

  get(role: Role): number | undefined {
    return this._figures.get(role)?.value ?? undefined;
  }

  has(role: Role): boolean {
    return this._figures.has(role);
  }

  isShort(role: Role): boolean {
    return this._figures.get(role)?.isShort === true;
  }

  /** Input that is printed only as what was read from the cache, written to it, and neither. */
  private _addMisses(): void {
    const missed = this.get('miss');
    if (missed === undefined || this.has('input')) {
      return;
    }
    const value = missed + (this.get('read') ?? 0) + (this.get('write') ?? 0);
    this._figures.set('input', { value, isShort: false, isSum: false });
    this.isInputWhole = true;
  }

  /** Whether every figure is a whole number or absent. */
  get areCounts(): boolean {
    return [...this._figures.values()].every(
      ({ value }) => value === null || (Number.isSafeInteger(value) && value >= 0)
    );
  }

  /** `inputTokens: { total: 12, cacheRead: 10 }`, as the AI SDK for JavaScript prints it. */
  private _takeNested(child: Node): void {
    const { role } = meaningOf(child.key, false);
    const total = child.figures.get('total') ?? child.figures.get('tokens');
    if (role !== undefined && total !== undefined && statesOneSide(child) && !this.has(role)) {
      this._figures.set(role, { ...total, isShort: false });
      this._takeAside(child);
    }
  }

  private _takeAside(child: Node): void {
    for (const role of ['read', 'write', 'reasoning'] as const) {
      const figure = child.figures.get(role);
      if (figure !== undefined && (this._figures.get(role)?.value ?? null) === null) {
        this._figures.set(role, figure);
      }
    }
  }

  private readonly _figures = new Map<Role, Figure>();
}

/** Whether a node is the input or the output of a usage, with a total and its parts. */
export function statesOneSide({ key, figures }: Node): boolean {
  const { role, isShort } = meaningOf(key, false);
  const isCounted = figures.has('tokens') || (!isShort && figures.has('total'));
  return (role === 'input' || role === 'output') && isCounted;
}

/** `completion=12 (reasoning=8)`: a share in brackets behind its side. */
function isShare({ name, key, figures, children }: Node): boolean {
  const roles = [...figures.keys()];
  return (
    name === '' &&
    key === '' &&
    children.length === 0 &&
    roles.every(role => role === 'read' || role === 'write' || role === 'reasoning')
  );
}
