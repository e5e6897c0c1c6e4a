/**
 * Splits the content of a kernel's message into pieces of output.
 *
 * Of the forms of one object in a MIME bundle, the most structured one is used, because all forms have the same numbers.
 * Sources: Jupyter's messaging protocol 5.3 (stream, display_data, update_display_data, execute_result, error).
 */

import type { Piece } from './run';

/** Larger JSON is cut: what matters stands at its ends or is around a name of a figure. */
const LONGEST_JSON = 2_000_000;
const MARKUP = new Set(['text/html', 'image/svg+xml']);
/** In the order in which they are tried; any other `application/...json` comes with JSON. */
const READABLE = ['text/plain', 'text/markdown', 'text/html'];

/**
 * The pieces of output that a message carries.
 *
 * @param type - the message's type.
 * @param content - its content, of any shape.
 * @returns the alternatives of each object in the order in which they are to be tried; empty for what is no output.
 */
export function piecesOf(type: string, content: unknown): readonly Piece[] {
  const fields = objectOf(content);
  switch (type) {
    case 'stream':
      return streamPieces(fields);
    case 'execute_result':
    case 'display_data':
    case 'update_display_data':
      return bundlePieces(objectOf(fields.data), objectOf(fields.transient).display_id);
    case 'error':
      // The traceback shows source code, which may look like a usage and is none.
      return typeof fields.evalue === 'string' ? [{ text: fields.evalue, markup: 'plain' }] : [];
    default:
      return [];
  }
}

function streamPieces({ name, text }: Fields): readonly Piece[] {
  const stream = typeof name === 'string' ? name : 'stdout';
  return typeof text === 'string' ? [{ text, markup: 'plain', joins: { stream } }] : [];
}

function bundlePieces(data: Fields, displayId: unknown): readonly Piece[] {
  const isJson = (mime: string): boolean => /^application\/(?:[\w.+-]+\+)?json$/.test(mime);
  const names = [
    ...Object.keys(data).filter(isJson).sort(),
    ...READABLE.filter(mime => mime in data)
  ];
  return names.flatMap((mime): Piece[] => {
    const text = isJson(mime) ? jsonOf(data[mime]) : textOf(data[mime]);
    const joins = typeof displayId === 'string' ? { display: `${displayId}/${mime}` } : undefined;
    return text === '' ? [] : [{ text, markup: MARKUP.has(mime) ? 'html' : 'plain', joins }];
  });
}

/** The fields of a value of any shape. */
export type Fields = Readonly<Record<string, unknown>>;

export function objectOf(value: unknown): Fields {
  return typeof value === 'object' && value !== null ? (value as Fields) : {};
}

/** A text, or the lines of one, as notebooks store them. */
export function textOf(value: unknown): string {
  if (Array.isArray(value)) {
    return value.filter(line => typeof line === 'string').join('');
  }
  return typeof value === 'string' ? value : '';
}

function jsonOf(value: unknown): string {
  const text = typeof value === 'string' ? value : (JSON.stringify(value) ?? '');
  return text.length > LONGEST_JSON ? text.slice(-LONGEST_JSON) : text;
}
