import * as fs from 'fs';
import * as path from 'path';
import * as ts from 'typescript';

const ROOT = path.resolve(__dirname, '../..');
const EXAMPLE = path.join(ROOT, 'examples/usage-today');
const INDEX = path.join(EXAMPLE, 'src/index.ts');

/** Parsed once for both programs. */
const SOURCES = new Map<string, ts.SourceFile | undefined>();

/** The compiler's complaints about the example, as its text would be. */
function complaintsAbout(text: string): string[] {
  const { config } = ts.readConfigFile(path.join(EXAMPLE, 'tsconfig.json'), name =>
    fs.readFileSync(name, 'utf-8')
  ) as { config: object };
  const { options } = ts.parseJsonConfigFileContent(config, ts.sys, EXAMPLE);
  const paths = {
    // What an installed package resolves by its own folder.
    'jupyter-llm-meter': [path.join(ROOT, 'src/index.ts')],
    '*': [path.join(ROOT, 'node_modules/*')]
  };
  const shown = { ...options, paths, noEmit: true, rootDir: undefined, resolveJsonModule: true };
  const host = ts.createCompilerHost(shown);
  const { getSourceFile } = host;
  host.getSourceFile = (name, ...others) => {
    if (path.resolve(name) === INDEX) {
      return ts.createSourceFile(name, text, ts.ScriptTarget.ES2021);
    }
    const known = SOURCES.get(name) ?? getSourceFile(name, ...others);
    SOURCES.set(name, known);
    return known;
  };
  const program = ts.createProgram([INDEX], { ...shown, jsx: ts.JsxEmit.React }, host);
  const source = program.getSourceFile(INDEX);
  return program
    .getSemanticDiagnostics(source)
    .map(({ messageText }) => ts.flattenDiagnosticMessageText(messageText, '\n'));
}

describe('the example extension', () => {
  const text = fs.readFileSync(INDEX, 'utf-8');

  it('should fit the tokens that the package exports', () => {
    expect(complaintsAbout(text)).toEqual([]);
  }, 120_000);

  it('should be complained about when it uses what the package does not export', () => {
    const wrong = text.replace('document?.today', 'document?.yesterday');
    expect(complaintsAbout(wrong)).toEqual([expect.stringContaining("'yesterday'")]);
  }, 120_000);

  it('should share the package whose tokens it uses', () => {
    const { dependencies, jupyterlab } = JSON.parse(
      fs.readFileSync(path.join(EXAMPLE, 'package.json'), 'utf-8')
    ) as { dependencies: object; jupyterlab: { sharedPackages: object } };
    expect(Object.keys(dependencies)).toContain('jupyter-llm-meter');
    expect(jupyterlab.sharedPackages).toEqual({
      'jupyter-llm-meter': { bundled: false, singleton: true }
    });
  });
});

describe('the tokens', () => {
  it('should export every type of ours that they use', () => {
    const files = fs.readdirSync(path.join(ROOT, 'src/tokens')).map(name => `src/tokens/${name}`);
    const used: string[] = [];
    const exported: string[] = [];
    ['src/tokens.ts', ...files].forEach(file => {
      const text = fs.readFileSync(path.join(ROOT, file), 'utf-8');
      const source = ts.createSourceFile(file, text, ts.ScriptTarget.Latest);
      source.statements.forEach(statement => {
        if (ts.isImportDeclaration(statement) && isOurs(statement)) {
          const names = statement.importClause?.namedBindings as ts.NamedImports;
          used.push(...names.elements.map(({ name }) => name.text));
        } else if (ts.isExportDeclaration(statement) && statement.exportClause !== undefined) {
          const names = statement.exportClause as ts.NamedExports;
          exported.push(...names.elements.map(({ name }) => name.text));
        }
      });
    });
    expect(used.length).toBeGreaterThan(10);
    expect(used.filter(name => !exported.includes(name))).toEqual([]);
  });
});

function isOurs({ moduleSpecifier }: ts.ImportDeclaration): boolean {
  return ts.isStringLiteral(moduleSpecifier) && moduleSpecifier.text.startsWith('../core/');
}
