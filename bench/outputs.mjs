// What the benchmarks of the output scanner scan: four kinds of outputs, in pieces as a kernel sends them.

export const MEGABYTE = 1_000_000;

const usage = `ChatCompletion(id='chatcmpl-1', usage=CompletionUsage(completion_tokens=17, prompt_tokens=57, total_tokens=74))\n`;
const prose = 'The loss went down to 0.12 (see figure 3), which is what one would expect of it.\n';

const kinds = {
  'log lines without usage': prose.repeat(100),
  'a usage in every 8 kB': prose.repeat(97) + usage,
  'nothing but usages': usage.repeat(70),
  'a table of tokens per second': 'step 12: 3021.2 tokens/s, loss 1.23, mfu 0.31\n'.repeat(170)
};

/** One piece of each kind, and how often it comes: `size` characters in all, each kind as much as the others. */
export function outputs(size) {
  const each = size / Object.keys(kinds).length;
  return Object.entries(kinds).map(([name, piece]) => ({
    name,
    piece,
    count: Math.ceil(each / piece.length)
  }));
}
