/**
 * Whether a failed call was stopped by a limit of its provider, and by which kind.
 *
 * Only the codes in `error.type` are used: an error's message is not recorded. Each code's source is in
 * `src/__tests__/core/limits/provider-limits.json`.
 */

import type { CallRecord } from '../record/record';

/** `rate`: calls or tokens in a time; `spend`: money or credit. */
type ProviderLimit = 'rate' | 'spend';

const CODES: ReadonlyMap<string, ProviderLimit> = new Map([
  // HTTP, RFC 6585 and RFC 9110; Azure, DeepSeek and OpenRouter say no more than this.
  ['429', 'rate'],
  ['402', 'spend'],
  // OpenAI, guide "Error codes"; a limit's type where its code is absent.
  ['rate_limit_exceeded', 'rate'],
  ['requests', 'rate'],
  ['tokens', 'rate'],
  ['insufficient_quota', 'spend'],
  ['billing_hard_limit_reached', 'spend'],
  // Anthropic, API reference "Errors".
  ['rate_limit_error', 'rate'],
  ['billing_error', 'spend'],
  // Google, Gemini API troubleshooting guide.
  ['resource_exhausted', 'rate'],
  // Amazon Bedrock, errors of InvokeModel; API Gateway.
  ['throttlingexception', 'rate'],
  ['servicequotaexceededexception', 'rate'],
  ['toomanyrequestsexception', 'rate'],
  // Alibaba Cloud Model Studio, "Error messages".
  ['throttling', 'rate'],
  ['throttling.ratequota', 'rate'],
  ['throttling.burstrate', 'rate'],
  ['throttling.allocationquota', 'rate'],
  ['limit_requests', 'rate'],
  ['arrearage', 'spend'],
  // Moonshot AI, API reference "Errors".
  ['rate_limit_reached_error', 'rate'],
  ['exceeded_current_quota_error', 'spend']
]);

/** Codes that mean something else, or anything at all, elsewhere: provider, a space and the code. */
const CODES_OF: ReadonlyMap<string, ProviderLimit> = new Map([
  // Alibaba Cloud Model Studio, "Rate limiting": the tokens of a minute, not the money.
  ['alibaba insufficient_quota', 'rate'],
  // Z.ai, API reference "Errors".
  ['zhipu 1113', 'spend'],
  ['zhipu 1302', 'rate']
]);

/**
 * Says which limit of the provider stopped a call.
 *
 * @param record - the call.
 * @returns undefined when none is known: `refused` calls were stopped by a limit of LLM Meter, and some providers say it
 * only in the message (Anthropic's low credit is an `invalid_request_error`).
 */
export function providerLimitOf({
  status,
  errorType,
  providerName
}: Pick<CallRecord, 'status' | 'errorType' | 'providerName'>): ProviderLimit | undefined {
  if (status !== 'error' || errorType === undefined) {
    return undefined;
  }
  // Amazon writes the same name differently in a stream.
  const code = errorType.toLowerCase();
  return CODES_OF.get(`${providerName} ${code}`) ?? CODES.get(code);
}
