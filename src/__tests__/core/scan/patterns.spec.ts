import { checkPatterns, entriesIn } from '../../../core/scan/patterns';
import { RunScanner } from '../../../core/scan/run';

describe('checkPatterns', () => {
  it('should read with a pattern that names its figures', () => {
    const { patterns, problems } = checkPatterns([
      { name: 'ours', pattern: 'cost (?<model>\\S+) (?<input>[\\d,]+)>(?<output>\\d+)' }
    ]);
    const scanner = new RunScanner(patterns);
    scanner.append({ text: 'cost qwen-max 1,200>34', markup: 'plain' });
    expect(problems).toEqual([]);
    expect(scanner.finish()).toEqual([
      { kind: 'call', usage: { inputTokens: 1200, outputTokens: 34 }, model: 'qwen-max' }
    ]);
  });

  it('should name a pattern that is not a regular expression', () => {
    expect(checkPatterns([{ name: 'ours', pattern: '(?<input>\\d+' }])).toMatchObject({
      patterns: [],
      problems: [{ name: 'ours', code: 'syntax' }]
    });
  });

  it('should name a pattern without figures', () => {
    expect(checkPatterns([{ name: 'ours', pattern: '\\d+' }]).problems).toEqual([
      { name: 'ours', code: 'groups' }
    ]);
  });
});

describe('entriesIn', () => {
  it('should leave out an entry that is not a pattern', () => {
    const entry = { name: 'ours', pattern: 'x' };
    expect(entriesIn([entry, { name: 1, pattern: 'x' }, null, 'x'])).toEqual([entry]);
    expect(entriesIn(undefined)).toEqual([]);
  });
});
