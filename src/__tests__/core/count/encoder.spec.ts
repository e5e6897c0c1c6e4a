import { Tiktoken } from 'js-tiktoken/lite';

import type { EncodingName } from '../../../core/count/encodings';
import { Encoder } from '../../../core/count/encoder';
import { unpackRanks } from '../../../core/count/ranks';
import vectors from '../../../../tests/vectors/tokens.json';

const NAMES = ['cl100k_base', 'o200k_base'] as const;

const encoders = new Map<EncodingName, Encoder>();
const references = new Map<EncodingName, Tiktoken>();

beforeAll(async () => {
  const files = {
    cl100k_base: (await import('js-tiktoken/ranks/cl100k_base')).default,
    o200k_base: (await import('js-tiktoken/ranks/o200k_base')).default
  };
  for (const name of NAMES) {
    encoders.set(name, new Encoder(name, unpackRanks(files[name].bpe_ranks)));
    references.set(name, new Tiktoken(files[name]));
  }
}, 60_000);

function encode(name: EncodingName, text: string): readonly number[] {
  return encoders.get(name)?.encode(text) ?? [];
}

/** js-tiktoken's own tokens, special tokens taken as text. */
function reference(name: EncodingName, text: string): readonly number[] {
  return references.get(name)?.encode(text, [], []) ?? [];
}

/** Numerical Recipes' linear congruential generator, so that a failure comes again. */
function* random(seed: number): Generator<number, never> {
  let state = seed;
  for (;;) {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    yield state / 2 ** 32;
  }
}

/** Up to which code point characters are picked. */
const PLANES = [0x80, 0x250, 0x3000, 0xa000, 0x20000];

/** Text of any characters but those on which js-tiktoken parts from tiktoken: see patterns.ts. */
function textOf(seed: number): string {
  const numbers = random(seed);
  const below = (limit: number): number => Math.floor(numbers.next().value * limit);
  const text = Array.from({ length: 40 }, () =>
    String.fromCodePoint(below(PLANES[below(PLANES.length)]))
  ).join('');
  return `${text.replace(/[\u0085\ufeff\u017f]/g, '')}.`;
}

describe.each(NAMES)('the tokens of %s', name => {
  it.each(vectors.texts)("should be tiktoken's own on $name", vector => {
    expect(encode(name, vector.text)).toEqual(vector[name]);
  });

  // Where the two references differ, tiktoken is the one to equal.
  const differing = /\u0085|\ufeff|ſ|\s\n\s+$/;
  it.each(vectors.texts.filter(({ text }) => !differing.test(text)))(
    "should be js-tiktoken's own on $name",
    ({ text }) => {
      expect(encode(name, text)).toEqual(reference(name, text));
    }
  );

  it("should be js-tiktoken's own on text of random characters", () => {
    for (let seed = 1; seed <= 300; seed += 1) {
      const text = textOf(seed);
      expect([text, encode(name, text)]).toEqual([text, reference(name, text)]);
    }
  });

  it('should spell the text again, byte by byte', () => {
    const text = '今天天气很好'.repeat(100) + 'Aa'.repeat(300) + '😀'.repeat(100);
    expect(references.get(name)?.decode([...encode(name, text)])).toBe(text);
  });

  it('should count half a character as the replacement character, as tiktoken does', () => {
    expect(encode(name, 'a\ud83d b')).toEqual(encode(name, 'a\ufffd b'));
  });

  // A merge or a pattern that were quadratic would not come to the end of these.
  it.each(vectors.runs)('should be as many as tiktoken has of a run of $name', run => {
    const text = `${run.unit.repeat(run.times)}x`;
    expect(encoders.get(name)?.count(text)).toBe(run[name]);
  });

  it('should come to an end on a million blanks, where tiktoken has none', () => {
    expect(encode(name, `${' '.repeat(1_000_000)}x`).length).toBeGreaterThan(1_000);
  });
});

describe('Encoder', () => {
  const text = 'A sentence of some length, and another one.\n'.repeat(30_000);

  it('should give the same tokens in slices that take turns with another text', () => {
    const encoder = encoders.get('o200k_base') as Encoder;
    const other = encoder.slices('x y '.repeat(100_000));
    const tokens: number[] = [];
    for (const slice of encoder.slices(text)) {
      slice.forEach(token => tokens.push(token));
      other.next();
    }
    expect(tokens).toEqual(
      Array.from({ length: 30_000 }, () => encoder.encode(text.slice(0, 44))).flat()
    );
  });

  it('should do no more work than was asked for', () => {
    const slices = (encoders.get('o200k_base') as Encoder).slices(text);
    const first = slices.next();
    expect(first.done === true ? 0 : first.value.length).toBeLessThan(50_000);
    slices.return();
    expect(slices.next()).toEqual({ done: true, value: undefined });
  });
});
