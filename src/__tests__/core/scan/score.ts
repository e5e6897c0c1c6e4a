/**
 * Scores what the scanner reads in one recorded output against what the output shows.
 */

import type { Reading, Usage } from '../../../core/scan/reading';
import type { Piece } from '../../../core/scan/run';

/** A row of printed-forms.jsonl. */
export interface Row {
  readonly id: string;
  readonly label: 'usage' | 'none';
  readonly form: string;
  readonly output_type: string;
  readonly stream_name: string | null;
  readonly mime: string | null;
  readonly text: string;
  readonly truth: { readonly usages: readonly Truth[] } | null;
}

interface Truth {
  readonly input_tokens?: number;
  readonly output_tokens?: number;
  readonly total_tokens?: number;
  readonly cached_input_tokens?: number;
  readonly cache_write_tokens?: number;
  readonly reasoning_tokens?: number;
}

interface Scanner {
  append(piece: Piece): void;
  finish(): readonly Reading[];
}

export interface Score {
  readonly expected: readonly Usage[];
  readonly found: readonly Usage[];
  readonly right: number;
}

/**
 * @param row - the recorded output.
 * @param scanner - a fresh one.
 * @returns what was expected, found, and how many of the expected are among the found with every figure that is stated.
 */
export function scoreRow(row: Row, scanner: Scanner): Score {
  scanner.append(pieceOf(row));
  return scored(
    scanner,
    distinct((row.truth?.usages ?? []).map(truth => inclusive(truth, row.form)))
  );
}

function scored(scanner: Scanner, expected: readonly Usage[]): Score {
  const found = scanner.finish().map(({ usage }) => usage);
  const left = [...found];
  const right = expected.filter(usage => {
    const at = left.findIndex(candidate => isRight(candidate, usage));
    left.splice(at, at < 0 ? 0 : 1);
    return at >= 0;
  });
  return { expected, found, right: right.length };
}

/** A row of tests/vectors/printed-forms*.json. */
export interface Form {
  readonly form: string;
  readonly mime: string;
  readonly text: string;
  readonly usages: readonly Usage[];
}

/**
 * @param form - a form, printed by itself; one of plain text stands on standard output.
 * @param scanner - a fresh one.
 * @returns as `scoreRow`.
 */
export function scoreForm({ mime, text, usages }: Form, scanner: Scanner): Score {
  scanner.append({
    text,
    markup: mime === 'text/html' ? 'html' : 'plain',
    ...(mime === 'text/plain' && { joins: { stream: 'stdout' } })
  });
  return scored(scanner, usages);
}

function pieceOf(row: Row): Piece {
  return {
    text: row.text,
    markup: row.mime === 'text/html' ? 'html' : 'plain',
    ...(row.output_type === 'stream' && { joins: { stream: row.stream_name ?? 'stdout' } })
  };
}

/** The rows state input as it is printed; Anthropic and claudette print the cache beside it. */
function inclusive(truth: Truth, form: string): Usage {
  const isBeside = form.startsWith('anthropic') || form.startsWith('claudette');
  const cached = (truth.cached_input_tokens ?? 0) + (truth.cache_write_tokens ?? 0);
  return {
    inputTokens:
      truth.input_tokens === undefined ? undefined : truth.input_tokens + (isBeside ? cached : 0),
    outputTokens: truth.output_tokens,
    cacheReadInputTokens: truth.cached_input_tokens,
    cacheWriteInputTokens: truth.cache_write_tokens,
    reasoningOutputTokens: truth.reasoning_tokens
  };
}

/** The same figures printed twice are one call. */
function distinct(usages: readonly Usage[]): readonly Usage[] {
  return [...new Map(usages.map(usage => [JSON.stringify(usage), usage])).values()];
}

/** A stated zero may be absent. */
function isRight(found: Usage, expected: Usage): boolean {
  return (Object.keys(expected) as (keyof Usage)[]).every(
    name => expected[name] === undefined || (found[name] ?? 0) === expected[name]
  );
}
