import { readTables } from '../../../core/scan/tables';

/** The calls in all tables of a text: input and output. */
function callsIn(text: string): readonly (readonly [unknown, unknown])[] {
  return readTables(text)
    .flatMap(json => JSON.parse(json) as Record<string, unknown>[])
    .map(fields => [
      fields.prompt_tokens ?? fields['Prompt tokens'] ?? fields.input_tokens,
      fields.completion_tokens ?? fields['Completion tokens'] ?? fields.output_tokens
    ]);
}

describe('readTables', () => {
  it.each([
    ['two spaces', 'Prompt tokens    Completion tokens    Total tokens\n  12    3    15'],
    ['their ends', ' Prompt tokens Completion tokens \n            12                 3 '],
    ['tabs', 'Prompt tokens\tCompletion tokens\tTotal tokens\n12\t3\t15'],
    ['bars', '|Prompt tokens|Completion tokens|Total tokens|\n|---|---|---|\n|12|3|15|'],
    ['ampersands', 'Prompt tokens & Completion tokens & Total tokens \\\\\n12 & 3 & 15 \\\\']
  ])('should cut columns at %s', (_, text) => {
    expect(callsIn(text)).toEqual([[12, 3]]);
  });

  it('should read a row for each call, without the row that adds them up', () => {
    const text = '|Call|Prompt tokens|Completion tokens|\n|1|12|3|\n|2|14|5|\n|Total|26|8|';
    expect(callsIn(text)).toEqual([
      [12, 3],
      [14, 5]
    ]);
  });

  it.each([
    [
      'rows that nothing shows to be calls',
      '|Model|Prompt tokens|Completion tokens|\n|a|12|3|\n|b|14|5|'
    ],
    ['a log of days', '|Date|Step|Prompt tokens|Completion tokens|\n|Mon|1|12|3|\n|Tue|2|14|5|'],
    ['averages', '||Prompt tokens|Completion tokens|Total tokens|\n|mean|12|3|15|'],
    ['prices', '|Model|Prompt tokens / $|Completion tokens / $|\n|a|12|3|']
  ])('should leave out %s', (_, text) => {
    expect(callsIn(text)).toEqual([]);
  });
});
