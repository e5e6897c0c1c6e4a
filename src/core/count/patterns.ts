/**
 * The patterns that cut a text into the pieces which are encoded one by one.
 *
 * Source: `tiktoken_ext/openai_public.py` of tiktoken 0.14.0, brought from Rust's dialect into JavaScript's. js-tiktoken's
 * own patterns are not used, because they part from tiktoken's in three places:
 *
 * - `\s` is Unicode's White_Space in Rust; JavaScript's has U+FEFF besides and lacks U+0085;
 * - `(?i:'s)` takes the long s, U+017F, too;
 * - cl100k_base takes blanks at the end of a text, lines among them, as one piece.
 *
 * Which characters are letters or digits is for the Unicode version of the JavaScript engine to say; characters that are
 * newer than one of the two sides may differ.
 */

import type { EncodingName } from './encodings';

const SUFFIX = String.raw`'(?:[sSſtTmMdD]|[rR][eE]|[vV][eE]|[lL][lL])`;
const UPPER = String.raw`[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]`;
const LOWER = String.raw`[\p{Ll}\p{Lm}\p{Lo}\p{M}]`;
const BLANK = String.raw`\p{White_Space}`;
const NO_BLANK = String.raw`\P{White_Space}`;
const LEADING = String.raw`[^\r\n\p{L}\p{N}]?`;
const SIGNS = String.raw` ?[^\p{White_Space}\p{L}\p{N}]+`;

const CL100K = [
  SUFFIX,
  String.raw`${LEADING}\p{L}+`,
  String.raw`\p{N}{1,3}`,
  String.raw`${SIGNS}[\r\n]*`,
  `${BLANK}+$`,
  String.raw`${BLANK}*[\r\n]`,
  `${BLANK}+(?!${NO_BLANK})`,
  BLANK
];

const O200K = [
  `${LEADING}${UPPER}*${LOWER}+(?:${SUFFIX})?`,
  `${LEADING}${UPPER}+${LOWER}*(?:${SUFFIX})?`,
  String.raw`\p{N}{1,3}`,
  String.raw`${SIGNS}[\r\n/]*`,
  String.raw`${BLANK}*[\r\n]+`,
  `${BLANK}+(?!${NO_BLANK})`,
  `${BLANK}+`
];

const ALTERNATIVES: Readonly<Record<EncodingName, readonly string[]>> = {
  cl100k_base: CL100K,
  o200k_base: O200K
};

/**
 * The pattern of an encoding: it matches at every place of a text, so that piece follows on piece.
 *
 * @returns a sticky expression of the caller's own, as it carries a state.
 */
export function patternOf(name: EncodingName): RegExp {
  return new RegExp(ALTERNATIVES[name].join('|'), 'uy');
}
