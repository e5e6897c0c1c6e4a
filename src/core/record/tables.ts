/**
 * Tables that both languages read.
 *
 * Generated from jupyter_llm_meter/core/data/tables.json by
 * `npm run build:contract`. Do not edit.
 */

/** The field that names a limit’s subject, by scope. */
export const SUBJECT_FIELDS = {
  user: 'user_id',
  team: 'team',
  key: 'key_fingerprint',
  project: 'project',
  notebook: 'notebook_path',
  kernel: 'kernel_id',
  model: 'model',
  provider: 'provider_name'
} as const;

/** genai-prices’ provider ids where they differ from `gen_ai.provider.name`. */
export const PRICE_PROVIDER_IDS = {
  'aws.bedrock': 'aws',
  'azure.ai.inference': 'azure',
  'azure.ai.openai': 'azure',
  'gcp.gemini': 'google',
  'gcp.gen_ai': 'google',
  'gcp.vertex_ai': 'google',
  github: 'github-copilot',
  mistral_ai: 'mistral',
  moonshot_ai: 'moonshotai',
  voyage: 'voyageai',
  x_ai: 'x-ai',
  z_ai: 'zai',
  zhipu: 'zhipuai'
} as const;

/** Families that only their maker sells, by genai-prices’ provider id: how their names begin, in lower case. */
export const CLOSED_MODELS = {
  openai: 'gpt-(?!oss|j|neo)|o[134](-|$)|chatgpt-|text-embedding-|davinci-|babbage-',
  anthropic: 'claude-',
  google: 'gemini-'
} as const;

/** Providers whose protocol others speak: their name says nothing about a host that is not theirs. */
export const GUESSED_PROVIDERS = ['openai', 'anthropic', 'gcp.gemini'] as const;
