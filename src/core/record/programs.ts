/**
 * Running programs whose calls are not metered, because they are not Python.
 */

import { Shape } from './shape';
import type * as Wire from './wire';

/** A program that is connected to the network; whether it calls an LLM is not known. */
export interface UnmeteredProgram {
  /** Of the program, without its arguments. */
  readonly name: string;
  /** Path or name of what uses the kernel that it runs below; absent below a terminal. */
  readonly startedIn?: string;
}

/**
 * Reads the answer of `GET programs`.
 *
 * @param value - of any kind.
 * @returns the programs.
 * @throws {ShapeError} when it does not keep the contract.
 */
export function parsePrograms(value: unknown): readonly UnmeteredProgram[] {
  return new Shape<Wire.Programs>(value, 'answer').list('programs', (item, path) => {
    const of = new Shape<Wire.Program>(item, path);
    return { name: of.text('name'), startedIn: of.optionalText('started_in') };
  });
}
