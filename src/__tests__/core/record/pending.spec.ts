import vectors from '../../../../tests/vectors/limits.json';
import { withPending } from '../../../core/record/pending';
import { documentWith, recordWith, wireBlocked, wireLimit, wireStanding } from '../../samples';

const record = recordWith();

describe('withPending', () => {
  it('should give the document itself when nothing is pending', () => {
    const document = documentWith();
    expect(withPending(document, [])).toBe(document);
  });

  it('should add tokens to the limit and to the totals', () => {
    const { standings, today, month } = withPending(documentWith(), [record]);
    expect(standings[0]).toMatchObject({ used: '812723', remaining: '187277' });
    expect(today).toMatchObject({ calls: 4, inputTokens: 356, outputTokens: 34 });
    expect(month).toMatchObject({ calls: 242 });
  });

  it('should raise the level when the calls cross a threshold', () => {
    const large = recordWith({ 'gen_ai.usage.input_tokens': 187_623 });
    const [standing] = withPending(documentWith(), [large]).standings;
    expect(standing).toMatchObject({ level: 'exceeded', ratio: 1, remaining: '0' });
  });

  it('should measure a raised limit against the amount in force', () => {
    const nearly = wireBlocked({
      used: '1049000',
      remaining: '1000',
      ratio: 0.999,
      level: 'warning'
    });
    const document = documentWith({ standings: [nearly] });
    expect(withPending(document, [record]).standings[0].level).toBe('warning');
    const large = recordWith({ 'gen_ai.usage.input_tokens': 968 });
    expect(withPending(document, [large]).standings[0]).toMatchObject({
      level: 'blocked',
      ratio: 1
    });
  });

  it.each(vectors.standings)('should stand as the ledger would: $name', expected => {
    const { amount, warn_at } = expected;
    const limit = wireLimit({ unit: 'USD', amount, warn_at });
    const unused = { limit, used: '0', remaining: String(amount), ratio: 0, level: 'ok' };
    const document = documentWith({ standings: [wireStanding(unused)] });
    const call = recordWith({
      'llm_meter.cost.amount': expected.used,
      'llm_meter.cost.currency': 'USD'
    });
    const { used, remaining, ratio, level } = expected;
    const [standing] = withPending(document, [call]).standings;
    expect(standing).toMatchObject({ used, remaining, ratio, level });
  });

  it('should not go below nothing remaining', () => {
    const large = recordWith({ 'gen_ai.usage.input_tokens': 900_000 });
    expect(withPending(documentWith(), [large]).standings[0].remaining).toBe('0');
  });

  it('should leave the ledger to say what is unpriced or missing', () => {
    const missing = recordWith({
      'llm_meter.call.basis': 'missing',
      'gen_ai.usage.input_tokens': undefined,
      'gen_ai.usage.output_tokens': undefined
    });
    const { today, standings } = withPending(documentWith(), [missing]);
    expect(today).toMatchObject({ calls: 4, missingCalls: 0, unpricedCalls: 0, cost: '0.0123' });
    expect(standings[0].used).toBe('812345');
  });

  it('should add a known cost exactly', () => {
    const priced = recordWith({
      'llm_meter.cost.amount': '0.000481',
      'llm_meter.cost.currency': 'USD'
    });
    expect(withPending(documentWith(), [priced]).today?.cost).toBe('0.012781');
  });

  it('should not add another currency to dollars', () => {
    const priced = recordWith({
      'llm_meter.cost.amount': '5',
      'llm_meter.cost.currency': 'CNY'
    });
    expect(withPending(documentWith(), [priced]).today?.cost).toBe('0.0123');
  });

  it('should not add a call of another window', () => {
    const late = recordWith({ 'llm_meter.call.started_at': '2026-12-01T00:00:00.000000Z' });
    expect(withPending(documentWith(), [late]).standings[0].used).toBe('812345');
  });

  it.each([
    ['notebook', 'llm_meter.notebook.path'],
    ['project', 'llm_meter.project'],
    ['kernel', 'llm_meter.kernel.id'],
    ['team', 'llm_meter.team'],
    ['key', 'llm_meter.key.fingerprint'],
    ['model', 'gen_ai.request.model'],
    ['provider', 'gen_ai.provider.name']
  ])('should add to a limit of a %s its own calls only', (scope, name) => {
    const limit = wireLimit({ scope, unit: 'calls', amount: 10 });
    const standing = { limit, used: '1', remaining: '9', ratio: 0.1, level: 'ok' };
    const document = documentWith({ standings: [wireStanding({ ...standing, subject: 'x' })] });
    const used = (subject: string): string =>
      withPending(document, [recordWith({ [name]: subject })]).standings[0].used;
    expect([used('x'), used('y')]).toEqual(['2', '1']);
  });
});
