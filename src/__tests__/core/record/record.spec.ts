import { modelOf, parseRecord, totalTokensOf } from '../../../core/record/record';
import { ShapeError } from '../../../core/record/shape';
import { recordWith, wireRecord } from '../../samples';

describe('parseRecord', () => {
  it('should read the fields by their wire names', () => {
    expect(recordWith()).toMatchObject({
      callId: 'call-1',
      status: 'ok',
      basis: 'reported',
      providerName: 'openai',
      requestModel: 'gpt-5-mini',
      inputTokens: 346,
      outputTokens: 32
    });
  });

  it('should leave out what is unknown', () => {
    expect(recordWith({ 'gen_ai.usage.input_tokens': null })).not.toHaveProperty('inputTokens');
    expect(recordWith()).not.toHaveProperty('costAmount');
  });

  it('should keep a zero, which is not unknown', () => {
    expect(recordWith({ 'gen_ai.usage.output_tokens': 0 }).outputTokens).toBe(0);
  });

  it('should read deprecated and future spellings', () => {
    const record = recordWith({
      'gen_ai.usage.input_tokens': undefined,
      'gen_ai.usage.prompt_tokens': 7,
      'gen_ai.usage.cache_write.input_tokens': 3
    });
    expect(record).toMatchObject({ inputTokens: 7, cacheWriteInputTokens: 3 });
  });

  it('should ignore names that are not ours', () => {
    expect(recordWith({ 'gen_ai.future.field': {} })).toEqual(recordWith());
  });

  it.each([
    ['llm_meter.call.id', undefined],
    ['llm_meter.call.started_at', 'yesterday'],
    ['llm_meter.call.status', 'fine'],
    ['llm_meter.call.basis', 'guessed'],
    ['gen_ai.usage.input_tokens', -1],
    ['gen_ai.usage.input_tokens', 1.5],
    ['gen_ai.usage.output_tokens', '12'],
    ['llm_meter.cost.amount', 0.5],
    ['llm_meter.cost.amount', '1e3'],
    ['gen_ai.request.model', 5],
    ['gen_ai.request.stream', 'yes'],
    ['llm_meter.call.duration_s', Number.NaN]
  ])('should refuse %s = %p and name it', (name, value) => {
    const parse = (): unknown => parseRecord(wireRecord({ [name]: value }));
    expect(parse).toThrow(ShapeError);
    expect(parse).toThrow(name);
  });

  it.each([null, 'record', 7, []])('should refuse %p, which is not an object', value => {
    expect(() => parseRecord(value)).toThrow('record is not an object');
  });
});

describe('totalTokensOf', () => {
  it('should add input and output', () => {
    expect(totalTokensOf(recordWith())).toBe(378);
  });

  it('should count a record that has only input or output', () => {
    expect(totalTokensOf(recordWith({ 'gen_ai.usage.output_tokens': undefined }))).toBe(346);
  });

  it('should be unknown when neither side is known', () => {
    const record = recordWith({
      'gen_ai.usage.input_tokens': undefined,
      'gen_ai.usage.output_tokens': undefined
    });
    expect(totalTokensOf(record)).toBeUndefined();
  });
});

describe('modelOf', () => {
  it('should prefer the serving model to the requested one', () => {
    expect(modelOf(recordWith({ 'gen_ai.response.model': 'gpt-5-mini-2026' }))).toBe(
      'gpt-5-mini-2026'
    );
    expect(modelOf(recordWith())).toBe('gpt-5-mini');
  });
});
