/**
 * Writes what the page takes over from the server extension, into src/core/record/: `wire.ts`, the types of everything
 * that crosses the wire; `tables.ts` and `price-overrides.json`, the tables that both languages read.
 *
 * The contract is jupyter_llm_meter/jupyter/openapi.yaml and, for the standing document,
 * jupyter_llm_meter/event_schemas/standing/v1.yaml, which openapi.yaml refers to. The tables are jupyter_llm_meter/core/data/.
 *
 *     node scripts/build-contract.mjs           write the files that are stale
 *     node scripts/build-contract.mjs --check   exit with 1 when one is stale
 */
import { readFile, writeFile } from 'node:fs/promises';

import { load } from 'js-yaml';
import openapiTS, { astToString } from 'openapi-typescript';
import { format, resolveConfig } from 'prettier';

const ROOT = new URL('../', import.meta.url);
const OPENAPI = new URL('jupyter_llm_meter/jupyter/openapi.yaml', ROOT);
const STANDING = new URL('jupyter_llm_meter/event_schemas/standing/v1.yaml', ROOT);
const DATA = new URL('jupyter_llm_meter/core/data/', ROOT);
const RESULT = new URL('src/core/record/', ROOT);

const isCheck = process.argv.includes('--check');

const GENERATED = sources => ` * Generated from ${sources} by\n * \`npm run build:contract\`. Do not edit.\n`;

const HEAD = `/**
 * What crosses the wire: the bodies of the REST routes, the standing document, the kernel message.
 *
${GENERATED('jupyter_llm_meter/jupyter/openapi.yaml and jupyter_llm_meter/event_schemas/standing/v1.yaml')} */

`;

/** A text as prettier wants it. */
async function formatted(text, parser) {
  return format(text, { ...(await resolveConfig(RESULT)), parser });
}

/** A schema with its references to the event's schema turned into references to the components. */
function withLocalReferences(schema) {
  const text = JSON.stringify(schema)
    .replaceAll(/"(\.\.\/event_schemas\/standing\/v1\.yaml)?#\/\$defs\//g, '"#/components/schemas/')
    .replaceAll('"../event_schemas/standing/v1.yaml"', '"#/components/schemas/StandingDocument"');
  return JSON.parse(text);
}

/** All schemas of the contract, by name. */
async function readSchemas() {
  const { components } = load(await readFile(OPENAPI, 'utf8'));
  const {
    $id,
    version,
    title,
    'personal-data': _,
    $defs,
    ...StandingDocument
  } = load(await readFile(STANDING, 'utf8'));
  const doubled = Object.keys($defs).filter(name => name in components.schemas);
  if (doubled.length > 0) {
    throw new Error(`Defined in both files: ${doubled.join(', ')}.`);
  }
  return withLocalReferences({ ...$defs, StandingDocument, ...components.schemas });
}

async function wireTypes() {
  const schemas = await readSchemas();
  const document = {
    openapi: '3.1.0',
    info: { title: 'LLM Meter', version: '1' },
    paths: {},
    components: { schemas }
  };
  const ast = await openapiTS(document, {
    immutable: true,
    rootTypes: true,
    rootTypesKeepCasing: true,
    rootTypesNoSchemaPrefix: true
  });
  return formatted(HEAD + astToString(ast), 'typescript');
}

/** The tables that the page shares with the server extension, as constants whose types name every key and word. */
async function tables() {
  const { subject_fields, price_provider_ids, closed_models, guessed_providers } = JSON.parse(
    await readFile(new URL('tables.json', DATA), 'utf8')
  );
  const constant = (about, name, value) =>
    `/** ${about} */\nexport const ${name} = ${JSON.stringify(value)} as const;\n`;
  const constants = [
    constant('The field that names a limit’s subject, by scope.', 'SUBJECT_FIELDS', subject_fields),
    constant(
      'genai-prices’ provider ids where they differ from `gen_ai.provider.name`.',
      'PRICE_PROVIDER_IDS',
      price_provider_ids
    ),
    constant(
      'Families that only their maker sells, by genai-prices’ provider id: how their names begin, in lower case.',
      'CLOSED_MODELS',
      closed_models
    ),
    constant(
      'Providers whose protocol others speak: their name says nothing about a host that is not theirs.',
      'GUESSED_PROVIDERS',
      guessed_providers
    )
  ];
  return formatted(
    `/**\n * Tables that both languages read.\n *\n${GENERATED('jupyter_llm_meter/core/data/tables.json')} */\n\n${constants.join('\n')}`,
    'typescript'
  );
}

const RESULTS = {
  'wire.ts': wireTypes,
  'tables.ts': tables,
  'price-overrides.json': () => readFile(new URL('price_overrides.json', DATA), 'utf8')
};

const stale = [];
for (const [name, build] of Object.entries(RESULTS)) {
  const file = new URL(name, RESULT);
  const fresh = await build();
  const known = await readFile(file, 'utf8').catch(() => '');
  if (known !== fresh) {
    stale.push(name);
    if (!isCheck) {
      await writeFile(file, fresh);
    }
  }
}
if (isCheck && stale.length > 0) {
  console.error(`src/core/record/{${stale}} are stale: run \`npm run build:contract\`.`);
  process.exit(1);
}
