// Python: `requests` sends; a signature is made by the signer of the official SDK.

import { type Auth, type Body, type Call, json, type Missing, parts, type Snippet, url } from "./call.js";
import { placeholders, shown } from "./credentials.js";
import { type Dialect, laidOut } from "./json.js";
import { script } from "./quote.js";

const PYTHON: Dialect = {
  words: { true: "True", false: "False", null: "None" },
  key: (literal) => literal,
  text: script,
};
const END = `if not answer.ok:
    raise SystemExit(f"{answer.status_code} {answer.text}")
print(answer.text)
`;

/** With a secret that is sent as it is. */
export function python(call: Call, auth: Auth): Snippet | Missing {
  const how = shown(auth);
  if (how.kind === "signature")
    return { missing: { en: "signing needs the official SDK", zh: "签名需要使用官方 SDK" } };
  const headers = [`${script(how.header)}: os.environ[${script(how.variable)}]`];
  if (call.body?.kind === "text" && json(call.body) === undefined)
    headers.push(`"Content-Type": ${script(call.body.contentType)}`);
  const text = `import os

import requests

answer = ${request(call.method)}
    ${script(url(call))},
    headers={${headers.join(", ")}},
${argument(call.body)}    timeout=60,
)
${END}`;
  return of("Python (requests)", auth, text, ["requests"]);
}

/** With the official SDK's signer. */
export function pythonSdk(call: Call, auth: Auth): Snippet | Missing {
  const how = shown(auth);
  if (how.kind === "header")
    return {
      missing: {
        en: "the SDK is only for signing; this authentication needs no signature",
        zh: "SDK 仅用于签名；该认证方式无需签名",
      },
    };
  const { endpoint, path } = parts(call);
  const [scheme = "http", host = ""] = endpoint.split("://");
  const value = json(call.body);
  // A form's bytes are made before they are signed.
  const body =
    call.body?.kind === "form"
      ? `form = requests.Request(${script(call.method)}, ${script(url(call))}, files=${files(call.body.fields)}).prepare()\n`
      : call.body
        ? `body = ${value !== undefined ? `json.dumps(${laidOut(value, PYTHON, "    ")})` : script(call.body.text)}\n`
        : "";
  const type =
    call.body?.kind === "form" ? 'form.headers["Content-Type"]' : call.body && script(call.body.contentType);
  const text = `${value !== undefined ? "import json\n" : ""}import os

import requests
from huaweicloudsdkcore.auth.credentials import BasicCredentials
from huaweicloudsdkcore.sdk_request import SdkRequest
from huaweicloudsdkcore.signer.signer import Signer

${body}request = SdkRequest(
    ${script(call.method)},
    ${script(scheme)},
    ${script(host)},
    ${script(path)},
    query_params=[],
    header_params={${type ? `"Content-Type": ${type}` : ""}},
    body=${call.body ? (call.body.kind === "form" ? "form.body" : "body") : '""'},
)
credentials = BasicCredentials(os.environ[${script(how.key)}], os.environ[${script(how.secret)}])
signed = Signer(credentials).sign(request)
answer = ${request(call.method)}
    ${script(url(call))},
    headers=signed.header_params,
    data=signed.body,
    timeout=60,
)
${END}`;
  return of("Python (SDK)", auth, text, ["requests", "huaweicloudsdkcore"]);
}

function of(title: string, auth: Auth, text: string, packages: readonly string[]): Snippet {
  return {
    title,
    file: "call.py",
    text,
    needs: { programs: ["python3"], files: [], install: [`pip install ${packages.join(" ")}`] },
    run: "python3 call.py",
    placeholders: placeholders(auth),
  };
}

/** The function of `requests` for a method, up to its first argument. */
function request(method: string): string {
  const own = ["GET", "POST", "PUT", "PATCH", "DELETE", "HEAD", "OPTIONS"].includes(method);
  return own ? `requests.${method.toLowerCase()}(` : `requests.request(\n    ${script(method)},`;
}

/** The argument of `requests` that the body is. */
function argument(body: Body | undefined): string {
  if (body === undefined) return "";
  if (body.kind === "form") return `    files=${files(body.fields)},\n`;
  const value = json(body);
  if (value !== undefined) return `    json=${laidOut(value, PYTHON, "    ", 1)},\n`;
  return `    data=${script(body.text)}.encode(),\n`;
}

function files(fields: (Body & { kind: "form" })["fields"]): string {
  return `[${fields.map((field) => `(${script(field.name)}, ${field.file ? `open(${script(field.value)}, "rb")` : `(None, ${script(field.value)})`})`).join(", ")}]`;
}
