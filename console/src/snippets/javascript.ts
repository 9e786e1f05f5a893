// JavaScript: `fetch` of Node.js sends; a signature is made by the signer of the official SDK.

import {
  type Auth,
  type Body,
  type Call,
  ESCAPED_AGAIN,
  json,
  type Missing,
  type Snippet,
  url,
} from "./call.js";
import { placeholders, type Shown, shown } from "./credentials.js";
import { type Dialect, isExactInDoubles, laidOut } from "./json.js";
import { script } from "./quote.js";

const SDK = "@huaweicloud/huaweicloud-sdk-core";
const VERSION = "3.1.211";
const SCRIPT: Dialect = {
  words: { true: "true", false: "false", null: "null" },
  // As a plain key it would be the object's prototype.
  key: (literal) => (literal === '"__proto__"' ? `[${literal}]` : literal),
  text: script,
};
const END = `const content = await answer.text();
if (!answer.ok) {
  console.error(answer.status, content);
  process.exit(1);
}
console.log(content);
`;

export function javascript(call: Call, auth: Auth): Snippet | Missing {
  const how = shown(auth);
  if (how.kind === "signature" && !isSignable(url(call))) return ESCAPED_AGAIN;
  const signs = how.kind === "signature";
  const text = signs ? signed(call, how) : plain(call, how);
  return {
    title: "JavaScript",
    file: "call.mjs",
    text,
    needs: { programs: ["node"], files: [], install: signs ? [`npm install ${SDK}@${VERSION}`] : [] },
    run: "node call.mjs",
    placeholders: placeholders(auth),
  };
}

function plain(call: Call, how: Shown & { kind: "header" }): string {
  const type = call.body?.kind === "text" ? `"Content-Type": ${script(call.body.contentType)}, ` : "";
  const body =
    call.body &&
    { form: "  body: form,\n", text: `  body: ${call.body.kind === "text" ? sent(call.body) : ""},\n` }[
      call.body.kind
    ];
  return `${form(call.body)}const answer = await fetch(${script(url(call))}, {
  method: ${script(call.method)},
  headers: { ${type}"${how.header}": process.env.${how.variable} },
${body ?? ""}});
${END}`;
}

function signed(call: Call, how: Shown & { kind: "signature" }): string {
  const { body } = call;
  const imports = [
    `import { AKSKSigner } from "${SDK}/auth/AKSKSigner.js";`,
    `import { BasicCredentials } from "${SDK}/auth/BasicCredentials.js";`,
  ];
  // What the signer is given as `data` it signs as JSON; of other bodies it is told the hash.
  const value = exact(body);
  const headers: string[] = [];
  let before = "";
  let send = "";
  if (body?.kind === "text") headers.push(`"content-type": ${script(body.contentType)}`);
  if (value !== undefined) {
    send = "JSON.stringify(request.data)";
  } else if (body?.kind === "text") {
    imports.unshift('import { createHash } from "node:crypto";');
    before = `const body = ${script(body.text)};\n`;
    headers.push('"X-Sdk-Content-Sha256": createHash("sha256").update(body).digest("hex")');
    send = "body";
  } else if (body) {
    headers.push('"X-Sdk-Content-Sha256": "UNSIGNED-PAYLOAD"');
    send = "form";
  }
  const [filesImport, ...formLines] = form(body).split("\n\n");
  if (body?.kind === "form" && filesImport?.startsWith("import")) imports.unshift(filesImport);
  before +=
    body?.kind === "form" ? (filesImport?.startsWith("import") ? formLines.join("\n\n") : form(body)) : "";
  const data = value !== undefined ? `  data: ${laidOut(value, SCRIPT, "  ", 1)},\n` : "";
  return `${imports.join("\n")}

${before}const request = {
  method: ${script(call.method)},
  endpoint: ${script(decodeURI(url(call)))},
  headers: {${headers.length > 0 ? ` ${headers.join(", ")} ` : ""}},
  queryParams: {},
${data}};
const credentials = new BasicCredentials().withAk(process.env.${how.key}).withSk(process.env.${how.secret});
const headers = AKSKSigner.sign(request, credentials);
const answer = await fetch(request.endpoint, { method: request.method, headers${send === "" ? "" : `, body: ${send}`} });
${END}`;
}

/** A body that is a text, as an expression. */
function sent(body: Body & { kind: "text" }): string {
  const value = exact(body);
  return value === undefined ? script(body.text) : `JSON.stringify(${laidOut(value, SCRIPT, "  ", 1)})`;
}

/** A JSON body whose numbers are the same in JavaScript. */
function exact(body: Body | undefined): string | undefined {
  const value = json(body);
  return value !== undefined && isExactInDoubles(value) ? value : undefined;
}

function form(body: Body | undefined): string {
  if (body?.kind !== "form") return "";
  const files = body.fields.some((field) => field.file);
  const fields = body.fields.map((field) =>
    field.file
      ? `form.append(${script(field.name)}, new Blob([await readFile(${script(field.value)})]), ${script(field.value)});\n`
      : `form.append(${script(field.name)}, ${script(field.value)});\n`,
  );
  return `${files ? 'import { readFile } from "node:fs/promises";\n\n' : ""}const form = new FormData();\n${fields.join("")}`;
}

/** Whether nothing of the path has to be escaped but letters beyond ASCII, which the signer escapes itself. */
function isSignable(address: string): boolean {
  try {
    return !/[%'\\^`{|}<> "]/.test(decodeURI(address));
  } catch {
    return false;
  }
}
