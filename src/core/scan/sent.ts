/**
 * Finds calls to LLM APIs in the source of a kernel's cells: whether a cell makes one, of which model, with what prompt.
 *
 * It remembers the names under which the kernel's cells hold a client, an address, or a function that calls. Nothing is
 * guessed: a cell makes a call only if its source shows it, and the prompt is known only if it is written out.
 */

import { asks, CALLS, CLIENTS, isAddress, isCalled, mentions, METHOD, SENDERS } from './clients';
import type { CellSource, Literal } from './source';
import { readSource } from './source';

/** A call as the source has it. */
export interface SentCall {
  /** The model, where the source names it. */
  readonly model?: string;
  /** The prompt, where all of it is written out. */
  readonly prompt?: string;
}

interface Held {
  /** A function calls when it is called; anything else when it is asked or sent. */
  readonly isFunction: boolean;
  readonly model?: string;
}

const MOST_HELD = 500;

const DEFINITION =
  /^(?:export\s+)?(?:async\s+)?(?:def|function\*?)\s+([\w.]+)|^(?:const |let |var )?\s*([\w.]+)\s*(?:<-|=)\s*(?:async\s*)?(?:function\b|\\\(|\([^()]*\)\s*=>|\w+\s*=>|lambda\b)|^(\w+)\([^()]*\)\s*=(?!=)/;
const ASSIGNMENT = /^(?:const |let |var |global )?\s*([\w.]+)\s*(?:<<?-|=(?![=>]))/;
const CLASS = /^(?:export\s+)?(?:class|struct|mutable struct)\b/;
const LOOP =
  /\b(?:for|while|lapply|sapply|vapply|map\w*|walk|asyncio\.gather|Promise\.all|replicate)\b/;
/** `key = "3"`, `"2": "3"`, `"2" => "3"`. */
const PAIR = /(?:\b(\w+)|"(\d+)")\s*(?:=>|:|<-|=)\s*(?:\w{0,2}"(\d+)")?/g;
/** The first argument of what takes a prompt. */
const FIRST = /(?:\w|!)\s*\(\s*(?:await\s+)?\w{0,2}"(\d+)"\s*[,)]|\ba?ai!?"(\d+)"/g;

const MODEL_KEYS = /^(?:model|model_?name|model_?id)$/i;
const PROMPT_KEYS = /^(?:content|prompt|input|system|system_?prompt|instructions?|text|contents)$/i;
const MODEL =
  /^(?:[\w.-]+\/)?(?:gpt-|chatgpt-|o[134](?:-|$)|claude-|gemini-|llama|mistral|mixtral|deepseek-|qwen|glm-|grok-|command-)[\w.:-]*$/i;

export class SentCalls {
  /**
   * Reads the source of a cell.
   *
   * @param code - as it is executed, in the order of execution.
   * @returns the call that it makes; of several, the first that names a model. Undefined when it makes none.
   */
  findCall(code: string): SentCall | undefined {
    const source = readSource(code);
    const calling = source.statements.filter(statement => this._rememberSetUp(statement, source));
    if (calling.length === 0) {
      return undefined;
    }
    const model = first(calling, statement => this._modelOf(statement, source));
    const prompt = promptOf(calling, source);
    return { ...(model !== undefined && { model }), ...(prompt !== undefined && { prompt }) };
  }

  /** Remembers what a statement sets up; returns whether it calls. */
  private _rememberSetUp(statement: string, source: CellSource): boolean {
    if (CLASS.test(statement)) {
      return false;
    }
    const doesCall = this._calls(statement, source);
    const defined = DEFINITION.exec(statement)
      ?.slice(1)
      .find(name => name !== undefined);
    const name = defined ?? ASSIGNMENT.exec(statement)?.[1];
    const isKept = defined === undefined ? !doesCall && this._isSetUp(statement, source) : doesCall;
    if (name !== undefined) {
      this._held.delete(name);
      if (isKept && this._held.size < MOST_HELD) {
        const model = this._modelOf(statement, source);
        this._held.set(name, { isFunction: defined !== undefined, model });
      }
    }
    return doesCall && defined === undefined;
  }

  private _calls(statement: string, source: CellSource): boolean {
    if (CALLS.test(statement) || (CLIENTS.test(statement) && METHOD.test(statement))) {
      return true;
    }
    const isSent = SENDERS.test(statement);
    if (isSent && namesAddress(statement, source)) {
      return true;
    }
    return [...this._held].some(([name, { isFunction }]) =>
      isFunction
        ? isCalled(statement, name)
        : asks(statement, name) || (isSent && mentions(statement, name))
    );
  }

  private _isSetUp(statement: string, source: CellSource): boolean {
    return (
      CLIENTS.test(statement) ||
      namesAddress(statement, source) ||
      [...this._held].some(
        ([name, { isFunction }]) => !isFunction && mentions(statement.replace(ASSIGNMENT, ''), name)
      )
    );
  }

  private _modelOf(statement: string, source: CellSource): string | undefined {
    const keyed = pairsOf(statement, source).find(({ key }) => MODEL_KEYS.test(key))?.value?.text;
    const alike = literalsIn(statement, source).find(({ text }) => MODEL.test(text))?.text;
    const held = [...this._held].find(
      ([name, { model }]) => model !== undefined && mentions(statement, name)
    );
    return [keyed, alike, held?.[1].model].find(model => model !== undefined && model !== '');
  }

  private readonly _held = new Map<string, Held>();
}

function namesAddress(statement: string, source: CellSource): boolean {
  return isAddress(statement) || literalsIn(statement, source).some(({ text }) => isAddress(text));
}

/** The prompt when nothing of it comes from elsewhere, and the call is made once. */
function promptOf(calling: readonly string[], source: CellSource): string | undefined {
  const parts: Literal[] = [];
  for (const statement of calling) {
    const keyed = pairsOf(statement, source).filter(({ key }) => PROMPT_KEYS.test(key));
    const literals = keyed.map(({ value }) => value).filter(value => value !== undefined);
    if (LOOP.test(statement) || literals.length < keyed.length) {
      return undefined;
    }
    const firsts = keyed.length > 0 ? [] : firstsOf(statement, source);
    if (literals.length + firsts.length === 0) {
      return undefined;
    }
    parts.push(...literals, ...firsts);
  }
  return parts.every(({ isWhole }) => isWhole)
    ? parts.map(({ text }) => text).join('\n')
    : undefined;
}

interface Pair {
  readonly key: string;
  /** Undefined when it is no literal. */
  readonly value?: Literal;
}

function pairsOf(statement: string, { literals }: CellSource): readonly Pair[] {
  return [...statement.matchAll(PAIR)].map(([, word, quoted, value]) => ({
    key: word ?? literals[Number(quoted)]?.text ?? '',
    value: value === undefined ? undefined : literals[Number(value)]
  }));
}

function firstsOf(statement: string, { literals }: CellSource): readonly Literal[] {
  return [...statement.matchAll(FIRST)]
    .map(([, argument, quoted]) => literals[Number(argument ?? quoted)])
    .filter(({ text }) => !MODEL.test(text) && !isAddress(text));
}

function literalsIn(statement: string, { literals }: CellSource): readonly Literal[] {
  return [...statement.matchAll(/"(\d+)"/g)].map(([, index]) => literals[Number(index)]);
}

function first<T, R>(items: readonly T[], of: (item: T) => R | undefined): R | undefined {
  for (const item of items) {
    const found = of(item);
    if (found !== undefined) {
      return found;
    }
  }
  return undefined;
}
