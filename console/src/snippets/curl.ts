// curl: with a secret in a header as it is, with a signature by way of `adyton sign --curl`.

import { type Auth, type Body, type Call, json, type Missing, type Snippet, url } from "./call.js";
import { placeholders, shown } from "./credentials.js";
import { JSON_TEXT, laidOut } from "./json.js";
import { shell } from "./quote.js";

export function curl(call: Call, auth: Auth): Snippet | Missing {
  const how = shown(auth);
  const method = call.method === "HEAD" ? ["--head"] : ["-X", shell(call.method)];
  if (how.kind === "header") {
    const first = ["curl -sS --fail-with-body", ...method, shell(url(call))].join(" ");
    const header = `-H "${how.header}: $${how.variable}"`;
    return of(auth, ["curl"], [first, header, ...sent(call.body)].join(" \\\n  "));
  }
  if (call.body?.kind === "form")
    return {
      missing: {
        en: "`adyton sign` cannot sign forms: use another language or a token",
        zh: "`adyton sign` 不支持对表单签名：请使用其他语言或令牌",
      },
    };
  if (call.body?.text.startsWith("@"))
    return {
      missing: {
        en: "`adyton sign` reads a body that begins with @ as a file name: use another language or a token",
        zh: "`adyton sign` 会将以 @ 开头的请求体当作文件名：请使用其他语言或令牌",
      },
    };
  const sign = [
    "adyton sign",
    shell(call.method),
    shell(url(call)),
    "--curl",
    ...(auth === "app" ? ["--app"] : []),
  ].join(" ");
  const body = call.body
    ? [`-H ${shell(`Content-Type: ${call.body.contentType}`)}`, `--data ${shell(text(call.body))}`]
    : [];
  return of(
    auth,
    ["curl", "adyton"],
    `call=$(${[sign, ...body].join(" \\\n  ")}) &&\n  eval "$call -sS --fail-with-body"`,
  );
}

function of(auth: Auth, programs: readonly string[], command: string): Snippet {
  return {
    title: "curl",
    file: "call.sh",
    text: `${command}\n`,
    needs: { programs, files: [], install: [] },
    run: "sh call.sh",
    placeholders: placeholders(auth),
  };
}

function sent(body: Body | undefined): readonly string[] {
  if (body === undefined) return [];
  if (body.kind === "form")
    return body.fields.map((field) =>
      field.file
        ? `-F ${shell(`${field.name}=@${field.value}`)}`
        : `--form-string ${shell(`${field.name}=${field.value}`)}`,
    );
  return [`-H ${shell(`Content-Type: ${body.contentType}`)}`, `--data-raw ${shell(text(body))}`];
}

function text(body: Body & { kind: "text" }): string {
  const value = json(body);
  return value === undefined ? body.text : laidOut(value, JSON_TEXT, "  ");
}
