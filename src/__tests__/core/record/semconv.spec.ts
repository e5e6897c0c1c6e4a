import type { FieldName } from '../../../core/record/semconv';
import { FIELDS, spellingsOf } from '../../../core/record/semconv';
import vectors from '../../../../tests/vectors/semconv.json';

interface Vector {
  readonly '1.41.1': string;
  readonly main: string;
  readonly aliases: readonly string[];
}

/** Python's name of a field in ours: `input_tokens` is `inputTokens`. */
function camelCase(name: string): FieldName {
  return name.replace(/_([a-z])/g, (_, letter: string) => letter.toUpperCase()) as FieldName;
}

const cases = Object.entries<Vector>(vectors).map(
  ([name, vector]) => [camelCase(name), vector] as const
);

describe('FIELDS', () => {
  it('should have exactly the fields of the vectors', () => {
    expect(Object.keys(FIELDS).sort()).toEqual(cases.map(([field]) => field).sort());
  });

  it.each(cases)('should spell %s as the vectors do', (field, vector) => {
    const names = [vector['1.41.1'], vector.main, ...vector.aliases];
    expect(spellingsOf(field)).toEqual([...new Set(names)]);
  });
});
