/**
 * Turns the rank tables of the npm package js-tiktoken into the .tiktoken files that Python's tiktoken reads.
 *
 * A .tiktoken file has a line a token, `<base64> <rank>`; js-tiktoken packs consecutive ranks into a line that
 * starts with `! <first rank>`. The result must have the sha256 that tiktoken expects of the published file
 * (tiktoken_ext/openai_public.py, `expected_hash`), else the build stops. File names are what tiktoken's cache
 * folder uses: the sha1 of the address the file was published at.
 */
import { createHash } from 'node:crypto';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const TARGET = fileURLToPath(new URL('../jupyter_llm_meter/tokenizers/ranks/', import.meta.url));

const ENCODINGS = [
  {
    name: 'cl100k_base',
    file: '9b5ad71b2ce5302211f9c61530b329a4922fc6a4',
    sha256: '223921b76ee99bde995b7ff738513eef100fb51d18c93597a113bcffe865b2a7'
  },
  {
    name: 'o200k_base',
    file: 'fb374d419588a4632f3f557e76b4b70aebbca790',
    sha256: '446a9538cb6c348e3516120d7c08b09f57c36495e2acfffe59a5bf8b0cfb1a2d'
  }
];

/** @param {string} packed - js-tiktoken's `bpe_ranks` */
function unpack(packed) {
  const lines = [];
  for (const row of packed.split('\n').filter(Boolean)) {
    const [, first, ...tokens] = row.split(' ');
    tokens.forEach((token, index) => lines.push(`${token} ${Number(first) + index}\n`));
  }
  return lines.join('');
}

await mkdir(TARGET, { recursive: true });
for (const { name, file, sha256 } of ENCODINGS) {
  const { default: encoding } = await import(`js-tiktoken/ranks/${name}`);
  const text = unpack(encoding.bpe_ranks);
  const digest = createHash('sha256').update(text).digest('hex');
  if (digest !== sha256) {
    throw new Error(`${name}: the ranks of js-tiktoken give sha256 ${digest}, tiktoken expects ${sha256}`);
  }
  await writeFile(join(TARGET, file), text);
}
