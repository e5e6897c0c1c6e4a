/**
 * Calculates the cost of a call in dollars, for a page in local mode. The twin of core/prices.py, without the providers' own
 * costs and service tiers, which outputs do not show.
 *
 * The override table comes before the genai-prices data set. There is no request and no guess: a model without a known price is
 * unpriced, which is not free. Loaded on first use, because the data set is large.
 */

import { calcPrice } from '@pydantic/genai-prices';

import overrides from './price-overrides.json';
import type { CallRecord } from './record';
import { totalTokensOf } from './record';
import { CLOSED_MODELS, GUESSED_PROVIDERS, PRICE_PROVIDER_IDS } from './tables';

const PROVIDER_IDS: Readonly<Record<string, string>> = PRICE_PROVIDER_IDS;
const CLOSED_FAMILIES = Object.entries(CLOSED_MODELS).map(
  ([providerId, names]) => [providerId, new RegExp(`^(?:${names})`)] as const
);

/** Money is cut to picodollars, as in the ledger. */
const DECIMALS = 12;
const MILLION = 1_000_000;

interface Override {
  readonly provider: string;
  readonly host?: string;
  readonly model: string;
  readonly since: string;
  readonly input_mtok: string;
  readonly output_mtok: string;
  readonly cache_read_mtok?: string;
  readonly cache_write_mtok?: string;
}

/** The disjoint parts of what a call read and wrote. */
interface Buckets {
  readonly uncached: number;
  readonly cacheRead: number;
  readonly cacheWrite: number;
  readonly output: number;
  readonly reasoning: number;
}

/**
 * Adds the cost to a record.
 *
 * @param record - a call; its figures may be as odd as providers make them.
 * @returns the record unchanged when it has a cost already or none is known.
 */
export function priced(record: CallRecord): CallRecord {
  if (record.costAmount !== undefined || record.basis === 'none') {
    return record;
  }
  const costAmount = totalTokensOf(record) === undefined ? undefined : costOf(record);
  return costAmount === undefined ? record : { ...record, costAmount, costCurrency: 'USD' };
}

function costOf(record: CallRecord): string | undefined {
  const buckets = bucketsOf(record);
  const override = findOverride(record);
  const cost = override === undefined ? byDataSet(record, buckets) : byOverride(override, buckets);
  return cost === undefined ? undefined : decimalOf(cost);
}

/** Some providers report subsets above their whole, so a bucket gets at most what is left of its side. */
function bucketsOf(record: CallRecord): Buckets {
  const input = record.inputTokens ?? 0;
  const output = record.outputTokens ?? 0;
  const cacheRead = Math.min(record.cacheReadInputTokens ?? 0, input);
  const cacheWrite = Math.min(record.cacheWriteInputTokens ?? 0, input - cacheRead);
  const reasoning = Math.min(record.reasoningOutputTokens ?? 0, output);
  return { uncached: input - cacheRead - cacheWrite, cacheRead, cacheWrite, output, reasoning };
}

/** The names under which a price may be found, the serving model's first. */
function modelsOf({ responseModel, requestModel }: CallRecord): string[] {
  return [responseModel, requestModel].flatMap(model =>
    model === undefined || model === '' ? [] : [model.replace(/^models\//, '')]
  );
}

/** The newest entry that has begun, one for the very host before one for all. */
function findOverride(record: CallRecord): Override | undefined {
  const day = record.startedAt.slice(0, 10);
  for (const model of modelsOf(record)) {
    const fitting = (overrides.prices as readonly Override[]).filter(
      entry =>
        entry.provider === record.providerName &&
        entry.model.toLowerCase() === model.toLowerCase() &&
        (entry.host === undefined || entry.host === record.serverAddress) &&
        entry.since <= day
    );
    const rank = ({ host, since }: Override): string => `${host === undefined ? 0 : 1} ${since}`;
    const [best] = [...fitting].sort((a, b) => (rank(a) < rank(b) ? 1 : -1));
    if (best !== undefined) {
      return best;
    }
  }
  return undefined;
}

function byOverride(entry: Override, buckets: Buckets): number {
  const input = Number(entry.input_mtok);
  return (
    (buckets.uncached * input +
      buckets.cacheRead * Number(entry.cache_read_mtok ?? input) +
      buckets.cacheWrite * Number(entry.cache_write_mtok ?? input) +
      buckets.output * Number(entry.output_mtok)) /
    MILLION
  );
}

function byDataSet(record: CallRecord, buckets: Buckets): number | undefined {
  const usage = {
    input_tokens: record.inputTokens ?? 0,
    output_tokens: buckets.output,
    ...(buckets.cacheRead > 0 && { cache_read_tokens: buckets.cacheRead }),
    ...(buckets.cacheWrite > 0 && { cache_write_tokens: buckets.cacheWrite }),
    ...(buckets.reasoning > 0 && { output_reasoning_tokens: buckets.reasoning })
  };
  const timestamp = new Date(record.startedAt);
  for (const model of modelsOf(record)) {
    for (const [place, name] of placesOf(record, model)) {
      const found = calcPrice(usage, name, { ...place, timestamp });
      const isSoldByTokens =
        found?.model_price.input_mtok !== undefined || found?.model_price.output_mtok !== undefined;
      if (found !== null && isSoldByTokens) {
        return found.total_price;
      }
    }
  }
  return undefined;
}

type Place = { readonly providerApiUrl: string } | { readonly providerId: string };

/** Where genai-prices may know a model: by host, by provider, by the family that only one sells. */
function placesOf(record: CallRecord, model: string): (readonly [Place, string])[] {
  const host = record.serverAddress?.toLowerCase();
  const provider = record.providerName;
  const isSaid =
    provider !== undefined &&
    (!GUESSED_PROVIDERS.some(name => name === provider) || host === undefined);
  const bare = model.slice(model.lastIndexOf('/') + 1);
  return [
    ...(host === undefined ? [] : [[{ providerApiUrl: `https://${host}/` }, model] as const]),
    ...(isSaid ? [[{ providerId: PROVIDER_IDS[provider] ?? provider }, model] as const] : []),
    ...CLOSED_FAMILIES.filter(([, family]) => family.test(bare.toLowerCase())).map(
      ([providerId]) => [{ providerId }, bare] as const
    )
  ];
}

function decimalOf(cost: number): string {
  return cost.toFixed(DECIMALS).replace(/\.?0+$/, '');
}
