import { countText } from '../../../core/count/counted-text';
import { words } from '../../samples';

describe('countText', () => {
  it('should say with what it was counted', () => {
    const count = { tokens: 1234, tokenizer: 'o200k_base', isExact: true };
    expect(countText(count, true, 'gpt-5', words)).toBe(
      '1,234 tokens in the selection (o200k_base, gpt-5)'
    );
  });

  it('should say that the nearest tokenizer stands in', () => {
    const count = { tokens: 1, tokenizer: 'o200k_base', isExact: false };
    expect(countText(count, false, 'claude-opus-4-7', words)).toBe(
      'About 1 token in total (o200k_base, the closest tokenizer to that of claude-opus-4-7)'
    );
  });
});
