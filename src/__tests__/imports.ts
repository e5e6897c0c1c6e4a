/**
 * The imports between modules that are there at run time, found in the sources.
 */

import * as fs from 'fs';
import * as path from 'path';
import * as ts from 'typescript';

/** The modules that each module imports. */
type Imports = ReadonlyMap<string, readonly string[]>;

/**
 * Reads the imports of all sources under a folder. Type imports are erased, and an `import()` waits for its first use: neither
 * makes a circle at the start.
 *
 * @param folder - the folder; tests in it are left out.
 */
export function importsUnder(folder: string): Imports {
  const files = filesUnder(folder);
  return new Map(
    files.map(file => {
      const source = ts.createSourceFile(
        file,
        fs.readFileSync(file, 'utf-8'),
        ts.ScriptTarget.Latest
      );
      const imported = source.statements.flatMap(statement => {
        const name = runtimeImportOf(statement);
        return name?.startsWith('.') === true ? [path.resolve(path.dirname(file), name)] : [];
      });
      return [moduleOf(folder, file), imported.map(name => moduleOf(folder, name))] as const;
    })
  );
}

/**
 * Finds circles.
 *
 * @returns each circle once, as the modules along it.
 */
export function circlesIn(imports: Imports): readonly (readonly string[])[] {
  const circles: (readonly string[])[] = [];
  const finished = new Set<string>();
  const visit = (module: string, way: readonly string[]): void => {
    const start = way.indexOf(module);
    if (start >= 0) {
      circles.push([...way.slice(start), module]);
    } else if (!finished.has(module)) {
      imports.get(module)?.forEach(next => visit(next, [...way, module]));
      finished.add(module);
    }
  };
  [...imports.keys()].forEach(module => visit(module, []));
  return circles;
}

function runtimeImportOf(statement: ts.Statement): string | undefined {
  const isErased =
    (ts.isImportDeclaration(statement) && statement.importClause?.isTypeOnly === true) ||
    (ts.isExportDeclaration(statement) && statement.isTypeOnly);
  const isImport = ts.isImportDeclaration(statement) || ts.isExportDeclaration(statement);
  const specifier = isImport && !isErased ? statement.moduleSpecifier : undefined;
  return specifier !== undefined && ts.isStringLiteral(specifier) ? specifier.text : undefined;
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

function moduleOf(folder: string, file: string): string {
  return path.relative(folder, file).replace(/\.tsx?$/, '');
}
