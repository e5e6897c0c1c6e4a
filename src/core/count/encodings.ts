/**
 * Finds the encoding of a model.
 *
 * The twin of `jupyter_llm_meter/tokenizers/encodings.py`, which uses tiktoken's own table (tiktoken 0.14.0,
 * `tiktoken/model.py`); `tests/vectors/tokenizers.json` checks that both give the same answers.
 */

/** The encodings that can be counted with, as tiktoken names them. */
export type EncodingName = 'cl100k_base' | 'o200k_base';

/** An encoding, and whether it is the model's own. */
interface Choice {
  readonly name: EncodingName;
  /** False where the nearest encoding stands in for one that is not public or not shipped. */
  readonly isExact: boolean;
}

/** What a model of which nothing is known is counted with. */
const DEFAULT_ENCODING: EncodingName = 'o200k_base';

const O200K: Choice = { name: 'o200k_base', isExact: true };
const CL100K: Choice = { name: 'cl100k_base', isExact: true };
/** Models before GPT-3.5 have encodings that are not shipped. */
const OLDER: Choice = { name: 'cl100k_base', isExact: false };

const MODELS = new Map([
  ...named(O200K, 'o1 o3 o4-mini gpt-5 gpt-4.1 gpt-4o'),
  ...named(CL100K, 'gpt-4 gpt-3.5-turbo gpt-3.5 gpt-35-turbo davinci-002 babbage-002'),
  ...named(CL100K, 'text-embedding-ada-002 text-embedding-3-small text-embedding-3-large'),
  ...named(OLDER, 'text-davinci-003 text-davinci-002 text-davinci-001 text-curie-001'),
  ...named(OLDER, 'text-babbage-001 text-ada-001 davinci curie babbage ada'),
  ...named(OLDER, 'code-davinci-002 code-davinci-001 code-cushman-002 code-cushman-001'),
  ...named(OLDER, 'davinci-codex cushman-codex text-davinci-edit-001 code-davinci-edit-001'),
  ...named(OLDER, 'text-similarity-davinci-001 text-similarity-curie-001'),
  ...named(OLDER, 'text-similarity-babbage-001 text-similarity-ada-001'),
  ...named(OLDER, 'text-search-davinci-doc-001 text-search-curie-doc-001'),
  ...named(OLDER, 'text-search-babbage-doc-001 text-search-ada-doc-001'),
  ...named(OLDER, 'code-search-babbage-code-001 code-search-ada-code-001 gpt2 gpt-2')
]);

/** The first that fits decides, so the longer of two stands first. */
const PREFIXES = [
  // gpt-oss is o200k_harmony: the same ranks and pattern, with other special tokens.
  ...named(O200K, 'o1- o3- o4-mini- gpt-5 gpt-4.5- gpt-4.1- chatgpt-4o- gpt-4o- gpt-oss-'),
  ...named(CL100K, 'gpt-4- gpt-3.5-turbo- gpt-35-turbo-'),
  ...named(O200K, 'ft:gpt-4o'),
  ...named(CL100K, 'ft:gpt-4 ft:gpt-3.5-turbo ft:davinci-002 ft:babbage-002')
];

/**
 * The encoding to count with for a model.
 *
 * A gateway's vendor prefix (`openai/gpt-5`) is set aside.
 *
 * @param model - the model's name; undefined or unknown gets the default encoding, as the nearest.
 */
export function encodingOf(model: string | undefined): Choice {
  const name = model?.slice(model.lastIndexOf('/') + 1) ?? '';
  return (
    MODELS.get(name) ??
    PREFIXES.find(([prefix]) => name.startsWith(prefix))?.[1] ?? {
      name: DEFAULT_ENCODING,
      isExact: false
    }
  );
}

function named(choice: Choice, names: string): [string, Choice][] {
  return names.split(' ').map(name => [name, choice]);
}
