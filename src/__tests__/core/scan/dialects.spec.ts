import { inOneDialect } from '../../../core/scan/dialects';

describe('inOneDialect', () => {
  it.each([
    ['PHP', '["prompt_tokens"]=>\n  int(12)', '"prompt_tokens": 12'],
    [
      'Clojure',
      '{:prompt_tokens 12, :completion_tokens 3}',
      '{prompt_tokens: 12, completion_tokens: 3}'
    ],
    ['Rust', 'cached_tokens: Some(\n    12,\n)', 'cached_tokens: 12'],
    ['Go', 'PromptTokens: (int) 12', 'PromptTokens: 12'],
    ['XML', '<input_tokens>12</input_tokens>', ' input_tokens: 12, '],
    ['pandas', '{"prompt_tokens":{"0":12}}', '{"prompt_tokens":12}'],
    [
      'a frame in halves',
      '{"columns":["prompt_tokens","n"],"index":[0],"data":[[12,3]]}',
      '{"prompt_tokens": 12, "n": 3}'
    ]
  ])('should read the print of %s', (_, text, plain) => {
    expect(inOneDialect(text)).toBe(plain);
  });
});
