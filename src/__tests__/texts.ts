/**
 * The texts that people read, found in the sources and schemas.
 */

import * as fs from 'fs';
import * as path from 'path';
import * as ts from 'typescript';

const SOURCE = path.resolve(__dirname, '..');
const SCHEMA = path.resolve(__dirname, '../../schema/meter.json');

export interface Text {
  readonly singular: string;
  readonly isPlural: boolean;
  readonly placeholders: readonly string[];
}

/** Every TypeScript file of src/, without the tests. */
export function sourceFiles(): string[] {
  return filesUnder(SOURCE);
}

/** Every text handed to a translation bundle in src/. */
export function textsInSources(): Text[] {
  return sourceFiles().flatMap(file => {
    const source = ts.createSourceFile(
      file,
      fs.readFileSync(file, 'utf-8'),
      ts.ScriptTarget.Latest,
      true
    );
    return textsIn(source);
  });
}

/** Every title and description of the settings form. */
export function textsInSchema(): Text[] {
  return titlesIn(JSON.parse(fs.readFileSync(SCHEMA, 'utf-8')));
}

/** The placeholders of a text, as `%1`, each once and in order. */
export function placeholdersOf(text: string): string[] {
  return [...new Set(text.match(/%\d/g))].sort();
}

function filesUnder(folder: string): string[] {
  return fs.readdirSync(folder, { withFileTypes: true }).flatMap(entry => {
    const file = path.join(folder, entry.name);
    if (entry.isDirectory()) {
      return entry.name === '__tests__' ? [] : filesUnder(file);
    }
    return /\.tsx?$/.test(entry.name) ? [file] : [];
  });
}

function textsIn(node: ts.Node): Text[] {
  const inside: Text[] = [];
  ts.forEachChild(node, child => {
    inside.push(...textsIn(child));
  });
  return [...textOf(node), ...inside];
}

function textOf(node: ts.Node): Text[] {
  if (!ts.isCallExpression(node) || !ts.isPropertyAccessExpression(node.expression)) {
    return [];
  }
  const method = node.expression.name.text;
  const [singular, plural] = node.arguments;
  if (!['__', '_n'].includes(method) || !ts.isStringLiteralLike(singular)) {
    return [];
  }
  const isPlural = method === '_n' && ts.isStringLiteralLike(plural);
  return [
    {
      singular: singular.text,
      isPlural,
      placeholders: placeholdersOf(isPlural ? plural.text : singular.text)
    }
  ];
}

function titlesIn(value: unknown): Text[] {
  if (Array.isArray(value)) {
    return value.flatMap(titlesIn);
  }
  if (typeof value !== 'object' || value === null) {
    return [];
  }
  return Object.entries(value).flatMap(([key, item]) =>
    ['title', 'description'].includes(key) && typeof item === 'string'
      ? [{ singular: item, isPlural: false, placeholders: [] }]
      : titlesIn(item)
  );
}
