import { priced } from '../../../core/record/prices';
import { parseRecord } from '../../../core/record/record';
import vectors from '../../../../tests/vectors/prices.json';

interface Vector {
  readonly name: string;
  readonly cost?: string;
  readonly record: Readonly<Record<string, unknown>>;
  readonly usage?: unknown;
}

/** What a page cannot know of a call: the provider's own usage object, tiers, parts of other kinds than text. */
const UNSEEN = [
  'openai.response.service_tier',
  'llm_meter.usage.audio.input_tokens',
  'llm_meter.usage.audio.output_tokens',
  'llm_meter.usage.image.input_tokens',
  'llm_meter.usage.image.output_tokens'
];

const cases = (vectors.cases as readonly Vector[]).filter(
  ({ record, usage }) => usage === undefined && !UNSEEN.some(name => name in record)
);

describe('priced', () => {
  it('should be shown by most of the vectors', () => {
    expect(cases.length).toBeGreaterThan(vectors.cases.length / 2);
  });

  it.each(cases)('should know $name', ({ record, cost }) => {
    const call = priced(parseRecord({ ...vectors.base, ...record }));
    expect(call.costAmount).toBe(cost);
    expect(call.costCurrency).toBe(cost === undefined ? undefined : 'USD');
  });

  it('should leave a cost that is known', () => {
    const base = parseRecord({ ...vectors.base, 'gen_ai.request.model': 'gpt-4o' });
    const call = { ...base, inputTokens: 10, costAmount: '7', costCurrency: 'USD' };
    expect(priced(call)).toBe(call);
  });
});
