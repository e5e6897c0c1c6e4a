import { readStructures } from '../../../core/scan/structure';
import { scanText } from '../../../core/scan/text';

const ALPHABET = [
  ...`()[]{}"'\`:=|,;<>/\\ \n\r\t$.-%`,
  'prompt_tokens',
  'completion_tokens=5',
  'usage',
  'tokens: 12',
  '"output": 3',
  '1,000',
  '[1] 9',
  '$usage$prompt_tokens\n',
  'Dict{',
  '\u001b[1m',
  '<td>',
  '&lt;',
  '输入',
  '\ud83d\ude00',
  '\ud83d',
  '__proto__',
  'constructor: 1'
];

/** Numerical Recipes' linear congruential generator, so that a failure comes again. */
function* random(seed: number): Generator<number, never> {
  let state = seed;
  for (;;) {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    yield state / 2 ** 32;
  }
}

function textOf(seed: number, length: number): string {
  const numbers = random(seed);
  const pick = (): string => ALPHABET[Math.floor(numbers.next().value * ALPHABET.length)];
  return Array.from({ length }, pick).join('');
}

describe('on hostile text the scanner', () => {
  it('should read any text without throwing, and find whole counts only', () => {
    for (let seed = 1; seed <= 400; seed += 1) {
      const text = textOf(seed, 300);
      for (const markup of ['plain', 'html'] as const) {
        for (const { usage } of scanText({ text, markup })) {
          expect(
            Object.values(usage).every(count => Number.isSafeInteger(count) && count >= 0)
          ).toBe(true);
        }
      }
    }
  });

  it.each([
    ['opening brackets', '('],
    ['nested usages', '[{"usage": {"prompt_tokens": 1, "x":'],
    ['closing brackets', ')]}'],
    ['quotes that never close', ` "a 'b`],
    ['names without values', 'prompt_tokens='],
    ['digits', '1'],
    ['backslashes in a text', '"\\\\']
  ])('should come to the end of a megabyte of %s', (_, unit) => {
    const text = `tokens ${unit.repeat(Math.ceil(1_000_000 / unit.length))}`;
    expect(readStructures(text).length).toBeLessThan(1_000_000);
  });

  it('should find a usage behind brackets that are never closed', () => {
    const text = `${'('.repeat(500)}\n\nprompt_tokens: 5, completion_tokens: 6`;
    expect(scanText({ text, markup: 'plain' })).toMatchObject([
      { usage: { inputTokens: 5, outputTokens: 6 } }
    ]);
  });
});
