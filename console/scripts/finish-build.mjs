// What a build must be: a first page of at most 200 KB compressed, and nothing inline, which the page's policy would refuse.
// Then it is compressed with Brotli, beside each file; the binary's own build makes the rest.
import { readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { brotliCompressSync, constants, gzipSync } from "node:zlib";

const LIMIT = 200_000;
const dist = new URL("../dist/", import.meta.url);
const read = (name) => readFileSync(new URL(name, dist));

const html = read("index.html").toString();
const faults = [];
if (/<script(?![^>]*\ssrc=)/.test(html)) faults.push("index.html has an inline script");
if (/<style|\sstyle=/.test(html)) faults.push("index.html has an inline style");
if (/(?:src|href)="(?:https?:)?\/\//.test(html)) faults.push("index.html names another origin");

const manifest = JSON.parse(read(".vite/manifest.json"));
const first = new Set();
// What is loaded before anything is shown: the entry with all that it imports, and the page that most people see first.
const visit = (name) => {
  const chunk = manifest[name];
  if (!chunk || first.has(chunk.file)) return;
  first.add(chunk.file);
  for (const style of chunk.css ?? []) first.add(style);
  for (const other of chunk.imports ?? []) visit(other);
};
visit("index.html");
for (const page of ["src/pages/overview/overview.tsx", "src/pages/services/services.tsx"]) visit(page);

let bytes = gzipSync(html).length;
for (const file of first) bytes += gzipSync(read(file)).length;
console.log(
  `first page: ${(bytes / 1000).toFixed(1)} KB compressed of ${LIMIT / 1000} KB, ${first.size} files`,
);
if (bytes > LIMIT) faults.push(`the first page has ${bytes} bytes compressed, more than ${LIMIT}`);

// Nothing of it is for browsers.
rmSync(new URL(".vite", dist), { recursive: true });

for (const name of readdirSync(dist, { recursive: true })) {
  if (!/\.(html|js|css|svg|json)$/.test(name)) continue;
  const bytes = read(name);
  const params = { [constants.BROTLI_PARAM_QUALITY]: 11, [constants.BROTLI_PARAM_SIZE_HINT]: bytes.length };
  writeFileSync(new URL(`${name}.br`, dist), brotliCompressSync(bytes, { params }));
}

for (const fault of faults) console.error(`error: ${fault}`);
process.exit(faults.length ? 1 : 0);
