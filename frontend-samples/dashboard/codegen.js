// Writes TypeScript types and ready-made documents for every operation under src/ into src/generated/.

import { mkdir, readFile, readdir, writeFile } from "node:fs/promises";
import path from "node:path";

import { preset } from "@graphql-codegen/client-preset";
import { codegen } from "@graphql-codegen/core";
import { buildSchema, parse } from "graphql";

const SCHEMA = new URL("../../schema.graphql", import.meta.url);
const SOURCES = new URL("src/", import.meta.url);
const OUTPUT = "src/generated/";

const SCALARS = {
  BigInt: "number",
  CurrencyCode: "string",
  DateTime: "string",
  Decimal: "string",
  ID: "string",
  JSON: "unknown",
  MinorUnits: "number",
};

async function operations() {
  const names = (await readdir(SOURCES, { recursive: true })).filter((name) => name.endsWith(".graphql")).sort();
  return Promise.all(names.map(operation));
}

async function operation(name) {
  const rawSDL = await text(new URL(name, SOURCES));
  return { location: name, document: parse(rawSDL), rawSDL };
}

function text(url) {
  return readFile(url, "utf8");
}

const schema = await text(SCHEMA);
const sections = await preset.buildGeneratesSection({
  baseOutputDir: OUTPUT,
  config: { scalars: SCALARS, enumsAsTypes: true, useTypeImports: true, defaultScalarType: "unknown" },
  documents: await operations(),
  pluginMap: {},
  plugins: [],
  presetConfig: { fragmentMasking: false },
  schema: parse(schema),
  schemaAst: buildSchema(schema),
});

await mkdir(OUTPUT, { recursive: true });
for (const section of sections) {
  const target = path.join(OUTPUT, path.basename(section.filename));
  await writeFile(target, await codegen({ ...section, schemaAst: buildSchema(schema) }));
}
