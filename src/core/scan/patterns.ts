/**
 * Applies the user's own patterns to outputs that no rule covers.
 *
 * Patterns are checked when they are entered. A slow pattern can only slow down its own user, and only the end of a text is
 * searched.
 */

import type { Reading } from './reading';

/** One entry of the setting `outputPatterns`. */
export interface PatternEntry {
  readonly name: string;
  readonly pattern: string;
}

/** One pattern that is fit for use. */
export interface OutputPattern {
  readonly name: string;
  readonly expression: RegExp;
}

/** What is wrong with a pattern. */
export interface PatternProblem {
  readonly name: string;
  /** - `syntax`: no regular expression; - `groups`: neither `(?<input>...)` nor `(?<output>...)` in it. */
  readonly code: 'syntax' | 'groups';
  /** What the browser says about the syntax. */
  readonly detail?: string;
}

const MOST_TEXT = 20_000;
const MOST_MATCHES = 200;

/**
 * The entries of the setting; what is not one is left out, the schema has named it.
 *
 * @param value - the setting's value.
 */
export function entriesIn(value: unknown): readonly PatternEntry[] {
  return Array.isArray(value) ? value.filter(isEntry) : [];
}

/**
 * Checks patterns as the settings hold them.
 *
 * @param entries - `{name, pattern}` each; the schema has seen to their shape.
 * @returns those fit for use, and what is wrong with the others.
 */
export function checkPatterns(entries: readonly PatternEntry[]): {
  patterns: readonly OutputPattern[];
  problems: readonly PatternProblem[];
} {
  const patterns: OutputPattern[] = [];
  const problems: PatternProblem[] = [];
  for (const { name, pattern } of entries) {
    const checked = check(name, pattern);
    if ('expression' in checked) {
      patterns.push(checked);
    } else {
      problems.push(checked);
    }
  }
  return { patterns, problems };
}

/**
 * The readings that the patterns find.
 *
 * @param text - of an output.
 * @param patterns - by `checkPatterns`.
 */
export function readPatterns(text: string, patterns: readonly OutputPattern[]): readonly Reading[] {
  const end = text.slice(-MOST_TEXT);
  return patterns.flatMap(({ expression }) => {
    const readings: Reading[] = [];
    for (const { groups } of end.matchAll(expression)) {
      const reading = groups === undefined ? undefined : readingIn(groups);
      if (reading !== undefined && readings.length < MOST_MATCHES) {
        readings.push(reading);
      }
    }
    return readings;
  });
}

function check(name: string, pattern: string): OutputPattern | PatternProblem {
  if (!/\(\?<(?:input|output)>/.test(pattern)) {
    return { name, code: 'groups' };
  }
  try {
    return { name, expression: new RegExp(pattern, 'gm') };
  } catch (error) {
    return { name, code: 'syntax', detail: error instanceof Error ? error.message : String(error) };
  }
}

function readingIn(groups: Readonly<Record<string, string | undefined>>): Reading | undefined {
  const [inputTokens, outputTokens] = [countIn(groups.input), countIn(groups.output)];
  if (inputTokens === undefined && outputTokens === undefined) {
    return undefined;
  }
  return {
    kind: 'call',
    usage: {
      ...(inputTokens !== undefined && { inputTokens }),
      ...(outputTokens !== undefined && { outputTokens })
    },
    ...(groups.model !== undefined && groups.model !== '' && { model: groups.model })
  };
}

function countIn(text: string | undefined): number | undefined {
  const digits = text?.replace(/[,_\s]/g, '') ?? '';
  return /^\d{1,15}$/.test(digits) ? Number(digits) : undefined;
}

function isEntry(value: unknown): value is PatternEntry {
  return (
    typeof value === 'object' &&
    value !== null &&
    'name' in value &&
    typeof value.name === 'string' &&
    'pattern' in value &&
    typeof value.pattern === 'string'
  );
}
