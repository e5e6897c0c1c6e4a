import type { Reading } from '../../../core/scan/reading';
import { MOST_PENDING, RunScanner } from '../../../core/scan/run';
import { Counters } from '../../../core/scan/sums';

function stream(...texts: readonly string[]): RunScanner {
  const scanner = new RunScanner();
  texts.forEach(text => scanner.append({ text, markup: 'plain', joins: { stream: 'stdout' } }));
  return scanner;
}

function tokens(readings: readonly Reading[]): readonly (readonly [number?, number?])[] {
  return readings.map(({ usage }) => [usage.inputTokens, usage.outputTokens]);
}

describe('RunScanner', () => {
  it('should join a usage that is split over messages', () => {
    const scanner = stream('CompletionUsage(completion_to', 'kens=17, prompt_', 'tokens=57)\n');
    expect(tokens(scanner.finish())).toEqual([[57, 17]]);
  });

  it('should count an object that is printed twice once', () => {
    const usage = 'CompletionUsage(completion_tokens=17, prompt_tokens=57)';
    const scanner = stream(`ChatCompletion(id='chatcmpl-1', usage=${usage})\n`, `${usage}\n`);
    expect(tokens(scanner.finish())).toEqual([[57, 17]]);
  });

  it('should count equal usages of two responses twice', () => {
    const usage = 'usage=CompletionUsage(completion_tokens=17, prompt_tokens=57)';
    const scanner = stream(`C(id='chatcmpl-1', ${usage})\n`, `C(id='chatcmpl-2', ${usage})\n`);
    expect(tokens(scanner.finish())).toEqual([
      [57, 17],
      [57, 17]
    ]);
  });

  it('should count a list that is printed again once', () => {
    const list =
      '[{ prompt_tokens: 57, completion_tokens: 17 }, { prompt_tokens: 57, completion_tokens: 17 }]\n';
    expect(tokens(stream(list, list).finish())).toEqual([
      [57, 17],
      [57, 17]
    ]);
  });

  it('should not add a printed total to the calls that it adds up', () => {
    const scanner = stream(
      '[Prompt tokens: 30, Completion tokens: 19]\n',
      '[Prompt tokens: 70, Completion tokens: 120]\n',
      'Total prompt tokens: 100\nTotal completion tokens: 139\n'
    );
    expect(tokens(scanner.finish())).toEqual([
      [30, 19],
      [70, 120]
    ]);
  });

  it('should count sums of different things, of which one is smaller than the one before it', () => {
    const scanner = stream(
      'Planner: total_input_tokens=4120 total_output_tokens=611\n',
      'Writer: total_input_tokens=2210 total_output_tokens=1902\n'
    );
    expect(tokens(scanner.finish())).toEqual([
      [4120, 611],
      [2210, 1902]
    ]);
  });

  it('should count of such sums and the whole of them the whole', () => {
    const scanner = stream(
      'Planner: total_input_tokens=4120 total_output_tokens=611\n',
      'Writer: total_input_tokens=2210 total_output_tokens=102\n',
      'All: total_input_tokens=6330 total_output_tokens=713\n'
    );
    expect(tokens(scanner.finish())).toEqual([[6330, 713]]);
  });

  it('should count of such sums what they have beyond the calls that were printed one by one', () => {
    const scanner = stream(
      'Usage(input_tokens=4000, output_tokens=600)\n',
      'Planner: total_input_tokens=4120 total_output_tokens=611\n',
      'Writer: total_input_tokens=2210 total_output_tokens=1902\n'
    );
    expect(tokens(scanner.finish())).toEqual([
      [4000, 600],
      [2330, 1913]
    ]);
  });

  it('should count of a running sum the last', () => {
    const scanner = stream(
      'RunUsage(input_tokens=10, output_tokens=1, requests=2)\n',
      'RunUsage(input_tokens=30, output_tokens=4, requests=3)\n'
    );
    expect(tokens(scanner.finish())).toEqual([[30, 4]]);
  });

  it('should count of a counter that lives across runs what is new', () => {
    const counters = new Counters();
    const use = (input: number, output: number): string =>
      `In: ${input}; Out: ${output}; Cache create: 0; Cache read: 0; Total Tokens: ${input + output}`;
    expect(tokens(stream(use(10, 5)).finish(counters))).toEqual([[10, 5]]);
    expect(tokens(stream(use(10, 5)).finish(counters))).toEqual([]);
    expect(tokens(stream(use(35, 9)).finish(counters))).toEqual([[25, 4]]);
    expect(tokens(stream(use(3, 2)).finish(counters))).toEqual([[3, 2]]);
  });

  it('should keep of a display that is updated its last state', () => {
    const scanner = new RunScanner();
    for (const output of [1, 2, 3]) {
      const text = `prompt_tokens=9, completion_tokens=${output}`;
      scanner.append({ text, markup: 'plain', joins: { display: 'd' } });
    }
    expect(tokens(scanner.finish())).toEqual([[9, 3]]);
  });

  it('should count a usage at the seam of a long stream once', () => {
    const usage = 'CompletionUsage(completion_tokens=17, prompt_tokens=57)\n';
    const scanner = stream('.\n'.repeat(MOST_PENDING / 2 - 20), usage, '.\n'.repeat(1_000), usage);
    expect(tokens(scanner.finish())).toEqual([[57, 17]]);
  });
});
