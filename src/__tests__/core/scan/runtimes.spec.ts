import { withoutRuntimes } from '../../../core/scan/runtimes';

describe('withoutRuntimes', () => {
  it('should read the timings of llama.cpp', () => {
    const text =
      'llama_perf: prompt eval time = 120.5 ms / 57 tokens ( 2.1 ms per token)\n' +
      'llama_perf:        eval time = 1603.1 ms / 41 runs ( 39.1 ms per token)';
    expect(withoutRuntimes(text)).toBe('prompt_tokens=57\ncompletion_tokens=41');
  });

  it('should add what Codex and Claude Code print beside the input', () => {
    expect(withoutRuntimes('input=4,100 (+ 2,048 cached) output=512 (reasoning 384)')).toBe(
      'input_tokens=6148 cached_tokens=2048 output_tokens=512 reasoning_tokens=384'
    );
    expect(withoutRuntimes('42 input, 913 output, 20 cache read, 4 cache write')).toBe(
      'input_tokens=42 output_tokens=913 cache_read_input_tokens=20 cache_creation_input_tokens=4'
    );
  });
});
