// Writes src/api/schema.d.ts, the types of the APIs, from docs/reference/openapi.json. It is not kept in the repository, so it
// cannot become stale: every script that reads it runs this first.
import { readFileSync, writeFileSync } from "node:fs";
import openapi, { astToString } from "openapi-typescript";

const from = new URL("../../docs/reference/openapi.json", import.meta.url);
const to = new URL("../src/api/schema.d.ts", import.meta.url);

const described = JSON.parse(readFileSync(from, "utf8"));
// An operation is called by its path here, never by its name; one that is served at two paths has one name, which the generator refuses.
for (const path of Object.values(described.paths))
  for (const operation of Object.values(path)) delete operation.operationId;

const types = astToString(await openapi(described, { alphabetize: true, silent: true }));
const text = `// Written by scripts/generate-api.mjs from docs/reference/openapi.json. Do not edit.\n${types}`;
let present = "";
try {
  present = readFileSync(to, "utf8");
} catch {
  // The first time.
}
if (present !== text) writeFileSync(to, text);
