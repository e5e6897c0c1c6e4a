/**
 * Writes src/core/record/wire.ts: the types of everything that crosses the wire, from the contract.
 *
 * The contract is jupyter_llm_meter/jupyter/openapi.yaml and, for the standing document,
 * jupyter_llm_meter/event_schemas/standing/v1.yaml, which openapi.yaml refers to.
 *
 *     node scripts/build-wire-types.mjs           write the file
 *     node scripts/build-wire-types.mjs --check   exit with 1 when it is stale
 */
import { readFile, writeFile } from 'node:fs/promises';

import { load } from 'js-yaml';
import openapiTS, { astToString } from 'openapi-typescript';
import { format, resolveConfig } from 'prettier';

const ROOT = new URL('../', import.meta.url);
const OPENAPI = new URL('jupyter_llm_meter/jupyter/openapi.yaml', ROOT);
const STANDING = new URL('jupyter_llm_meter/event_schemas/standing/v1.yaml', ROOT);
const RESULT = new URL('src/core/record/wire.ts', ROOT);

const HEAD = `/**
 * What crosses the wire: the bodies of the REST routes, the standing document, the kernel message.
 *
 * Generated from jupyter_llm_meter/jupyter/openapi.yaml and jupyter_llm_meter/event_schemas/standing/v1.yaml by
 * \`npm run build:wire\`. Do not edit.
 */

`;

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
  return format(HEAD + astToString(ast), {
    ...(await resolveConfig(RESULT)),
    parser: 'typescript'
  });
}

const fresh = await wireTypes();
if (process.argv.includes('--check')) {
  if ((await readFile(RESULT, 'utf8')) !== fresh) {
    console.error('src/core/record/wire.ts is stale: run `npm run build:wire`.');
    process.exit(1);
  }
} else {
  await writeFile(RESULT, fresh);
}
