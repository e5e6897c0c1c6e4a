import { readFileSync } from 'node:fs';

import type { Usage } from '../../../core/scan/reading';
import { RunScanner } from '../../../core/scan/run';
import type { Form } from './score';
import { scoreForm } from './score';

const forms = formsIn('printed-forms.json');
const libraries = formsIn('printed-forms-libraries.json');
const rounds = formsIn('printed-forms-rounds.json');

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

describe('of the forms that were written before its rules were read, the scanner', () => {
  const scores = rounds.map(form => ({ form, ...scoreForm(form, new RunScanner()) }));

  it('should read every call with all figures right, and no look-alike', () => {
    const wrong = scores.filter(
      ({ expected, found, right }) => right < expected.length || right < found.length
    );
    expect(wrong.map(({ form, found }) => ({ ...form, found }))).toEqual([]);
    expect(scores.length).toBeGreaterThan(1000);
  });
});

describe('of what libraries print in a kernel, the scanner', () => {
  const scores = libraries.map(form => ({ form, ...scoreForm(form, new RunScanner()) }));

  it('should read at least 98 of 100 calls with all figures right', () => {
    const expected = scores.reduce((sum, score) => sum + score.expected.length, 0);
    const right = scores.reduce((sum, score) => sum + score.right, 0);
    expect(expected).toBeGreaterThan(150);
    expect(right / expected).toBeGreaterThanOrEqual(0.98);
  });

  it('should read no look-alike', () => {
    const wrong = scores.filter(({ form, found }) => form.usages.length === 0 && found.length > 0);
    expect(wrong.map(({ form }) => form.text)).toEqual([]);
  });
});

function formsIn(name: string): readonly Form[] {
  return JSON.parse(readFileSync(`tests/vectors/${name}`, 'utf-8')) as Form[];
}

/** A figure of zero may be left out. */
function withoutZeros(usage: Usage): Usage {
  return Object.fromEntries(Object.entries(usage).filter(([, value]) => value !== 0));
}
