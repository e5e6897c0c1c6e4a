import * as fs from 'fs';
import * as os from 'os';
import * as path from 'path';

import { circlesIn, importsUnder } from './imports';

const IMPORTS = importsUnder(path.resolve(__dirname, '..'));

describe('the imports of src/', () => {
  it('should be found', () => {
    expect(IMPORTS.get('index')).toContain('plugins/meter');
  });

  it('should make no circle at run time', () => {
    expect(circlesIn(IMPORTS)).toEqual([]);
  });
});

describe('circlesIn', () => {
  it('should find a circle of run-time imports, and none through types or lazy imports', () => {
    const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'llm-meter-imports-'));
    const sources = {
      'a.ts': "import { b } from './b';",
      'b.tsx': "export * from './inner/c';",
      'inner/c.ts': "import { a } from '../a';",
      'd.ts': "import type { a } from './a';\nimport { e } from './e';",
      'e.ts': "import type { D } from './d';\nexport type { D } from './d';\nimport('./d');"
    };
    fs.mkdirSync(path.join(folder, 'inner'));
    Object.entries(sources).forEach(([name, text]) =>
      fs.writeFileSync(path.join(folder, name), text)
    );
    expect(circlesIn(importsUnder(folder))).toEqual([['a', 'b', 'inner/c', 'a']]);
    fs.rmSync(folder, { recursive: true });
  });
});
