// How fast tokens are counted in JavaScript: `node bench/count.mjs`.
//
// Tokens per second of our encoder, of js-tiktoken and of gpt-tokenizer, all three on the same texts in turns, and how many
// times ours is as fast. A text that a competitor would need minutes for is cut short for it, which is said: its figure is
// the better for it, as both are quadratic in the length of a run without a break.

import { readFileSync } from 'node:fs';
import { Tiktoken } from 'js-tiktoken/lite';

import { source } from './sources.mjs';

const { Encoder } = await source('core/count/encoder');
const { unpackRanks } = await source('core/count/ranks');

const NAME = process.argv[2] ?? 'o200k_base';
const ROUNDS = 3;
const read = path => readFileSync(new URL(`../${path}`, import.meta.url), 'utf-8');

const { default: file } = await import(`js-tiktoken/ranks/${NAME}`);
const ours = new Encoder(NAME, unpackRanks(file.bpe_ranks));
const theirs = new Tiktoken(file);
const gpt = await gptTokenizer();

const texts = {
  English: { text: 'README.md docs/explanation/architecture.md'.split(' ').map(read).join('\n').repeat(8) },
  Chinese: { text: read('README.zh-CN.md').repeat(8) },
  code: { text: read('src/core/scan/tree.ts').repeat(20) + read('scripts/test.py').repeat(20) },
  'Chinese without punctuation': { text: '今天天气很好我们一起去公园散步'.repeat(650), cut: 600 },
  '100,000 equal letters': { text: 'a'.repeat(100_000), cut: 3_000, gptCut: 30_000 }
};

console.log(`${NAME}, median of ${ROUNDS} rounds after one to warm up; tokens per second (ours is how many times as fast)\n`);
for (const [name, { text, cut = text.length, gptCut = text.length }] of Object.entries(texts)) {
  const rivals = [
    { name: 'js-tiktoken', text: text.slice(0, cut), encode: text => theirs.encode(text, [], []) },
    { name: 'gpt-tokenizer', text: text.slice(0, gptCut), encode: gpt }
  ].filter(({ encode }) => encode !== undefined);
  // In turns, so that what else the machine does is shared out.
  const rounds = Array.from({ length: ROUNDS + 1 }, () => [
    timed(text => ours.encode(text), text),
    ...rivals.map(({ text, encode }) => timed(encode, text))
  ]).slice(1);
  const [own, ...others] = rounds[0].map((_, at) => median(rounds.map(round => round[at])));
  console.log(`${name}: ${ours.count(text)} tokens`);
  console.log(`  ours           ${rate(own)}`);
  for (const [at, rival] of rivals.entries()) {
    const note = rival.text.length < text.length ? `, on ${rival.text.length} characters only` : '';
    const equal = isEqual(ours.encode(rival.text), rival.encode(rival.text)) ? '' : ', other tokens';
    const ratio = (own / others[at]).toFixed(1);
    console.log(`  ${rival.name.padEnd(14)} ${rate(others[at])}  (${ratio}${note}${equal})`);
  }
}

/** Its encode with special tokens taken as text; undefined when it is not installed. */
async function gptTokenizer() {
  try {
    const { clearMergeCache, encode } = await import(`gpt-tokenizer/encoding/${NAME}`);
    return text => {
      // It remembers pieces across calls; ours forgets a text when it is counted.
      clearMergeCache();
      return encode(text, { disallowedSpecial: new Set() });
    };
  } catch (error) {
    console.log(`gpt-tokenizer is left out: ${error.message}`);
    return undefined;
  }
}

/** Tokens per second. */
function timed(encode, text) {
  const start = performance.now();
  const { length } = encode(text);
  return (1000 * length) / (performance.now() - start);
}

function isEqual(one, other) {
  return one.length === other.length && one.every((token, at) => token === other[at]);
}

function median(numbers) {
  return numbers.toSorted((a, b) => a - b)[Math.floor(numbers.length / 2)];
}

function rate(tokensPerSecond) {
  return Math.round(tokensPerSecond).toLocaleString('en-US').padStart(12);
}
