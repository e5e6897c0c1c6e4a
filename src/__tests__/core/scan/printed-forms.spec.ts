import { readFileSync } from 'node:fs';

import type { Usage } from '../../../core/scan/reading';
import { RunScanner } from '../../../core/scan/run';

interface Form {
  readonly form: string;
  readonly mime: string;
  readonly text: string;
  readonly usages: readonly Usage[];
}

const forms = JSON.parse(readFileSync('tests/vectors/printed-forms.json', 'utf-8')) as Form[];

describe('RunScanner', () => {
  it.each(forms.map(form => [form.form, form] as const))(
    'should read %s',
    (_, { mime, text, usages }) => {
      const scanner = new RunScanner();
      scanner.append(
        mime === 'text/plain'
          ? { text, markup: 'plain', joins: { stream: 'stdout' } }
          : { text, markup: mime === 'text/html' ? 'html' : 'plain' }
      );
      const found = scanner.finish().map(({ usage }) => withoutZeros(usage));
      expect(found).toEqual(usages.map(withoutZeros));
    }
  );
});

/** A figure of zero may be left out. */
function withoutZeros(usage: Usage): Usage {
  return Object.fromEntries(Object.entries(usage).filter(([, value]) => value !== 0));
}
