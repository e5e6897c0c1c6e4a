import { encodingOf } from '../../../core/count/encodings';
import vectors from '../../../../tests/vectors/tokenizers.json';

describe('encodingOf', () => {
  it.each(vectors.models)('should count $model with $tokenizer', ({ model, tokenizer, exact }) => {
    expect(encodingOf(model)).toEqual({ name: tokenizer, isExact: exact });
  });

  it('should use the default as the nearest encoding when no model is named', () => {
    expect(encodingOf(undefined)).toEqual({ name: 'o200k_base', isExact: false });
  });
});
