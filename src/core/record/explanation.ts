/**
 * What happened and what to do, as a code with values.
 */

import { readText, Shape } from './shape';
import type * as Wire from './wire';

/** What a text names: a name or a text from outside, a number, or what is explained in turn. */
export type ExplanationValue = string | number | Explanation | readonly Explanation[];

/** What happened and what to do. */
export interface Explanation {
  /** What happened; a later server may have more codes than this page knows. */
  readonly code: string;
  /** What the text of the code names. */
  readonly values: ReadonlyMap<string, ExplanationValue>;
  /** The same in English. */
  readonly text: string;
}

/**
 * Reads an explanation.
 *
 * @param shape - the object that holds it.
 * @returns the explanation.
 * @throws {ShapeError} when it does not keep the contract.
 */
export function readExplanation(shape: Shape<Wire.Explanation>): Explanation {
  return {
    code: shape.text('code'),
    values: shape.entries('values', readValue),
    text: shape.text('text')
  };
}

function readValue(value: unknown, path: string): ExplanationValue {
  if (typeof value === 'number') {
    return value;
  }
  if (Array.isArray(value)) {
    return value.map((item: unknown, index) => explanationAt(item, `${path}[${index}]`));
  }
  return typeof value === 'object' && value !== null
    ? explanationAt(value, path)
    : readText(value, path);
}

function explanationAt(value: unknown, path: string): Explanation {
  return readExplanation(new Shape<Wire.Explanation>(value, path));
}
