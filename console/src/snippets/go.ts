// Go: the standard library sends; a signature is made by the signer of the official SDK.

import {
  type Auth,
  type Body,
  type Call,
  decoded,
  ESCAPED_AGAIN,
  json,
  type Missing,
  parts,
  type Snippet,
  url,
} from "./call.js";
import { placeholders, type Shown, shown } from "./credentials.js";
import { JSON_TEXT, laidOut } from "./json.js";
import { go as quoted } from "./quote.js";

const SDK = "github.com/huaweicloud/huaweicloud-sdk-go-v3";
const VERSION = "v0.1.207";

export function go(call: Call, auth: Auth): Snippet | Missing {
  const how = shown(auth);
  const path = decoded(parts(call).path);
  if (how.kind === "signature" && path === undefined) return ESCAPED_AGAIN;
  const signs = how.kind === "signature";
  const imports = new Set(["fmt", "io", "net/http", "os"]);
  if (call.body?.kind === "text") imports.add("strings");
  if (call.body?.kind === "form") for (const name of ["bytes", "mime/multipart"]) imports.add(name);
  const own = signs ? [`${SDK}/core/auth/signer`, `${SDK}/core/request`] : [];
  const groups = [[...imports].sort(), own].filter((group) => group.length > 0);
  const text = `package main

import (
${groups.map((group) => group.map((name) => `\t"${name}"\n`).join("")).join("\n")})

func main() {
${body(call.body)}\tcall, err := http.NewRequest(${quoted(call.method)}, ${quoted(url(call))}, ${reader(call.body)})
\tcheck(err)
${type(call.body)}${signs ? signature(call, how) : `\tcall.Header.Set("${how.header}", os.Getenv("${how.variable}"))\n`}
\tanswer, err := http.DefaultClient.Do(call)
\tcheck(err)
\tdefer answer.Body.Close()
\tcontent, err := io.ReadAll(answer.Body)
\tcheck(err)
\tif answer.StatusCode >= 300 {
\t\tfmt.Fprintln(os.Stderr, answer.StatusCode, string(content))
\t\tos.Exit(1)
\t}
\tfmt.Println(string(content))
}

func check(err error) {
\tif err != nil {
\t\tfmt.Fprintln(os.Stderr, err)
\t\tos.Exit(1)
\t}
}
`;
  return {
    title: "Go",
    file: "call.go",
    text,
    needs: {
      programs: ["go"],
      files: [],
      install: signs ? ["go mod init call", `go get ${SDK}/core/auth/signer@${VERSION}`] : [],
    },
    run: "go run call.go",
    placeholders: placeholders(auth),
  };
}

function body(body: Body | undefined): string {
  if (body === undefined) return "";
  if (body.kind === "text") return `\tbody := ${quoted(text(body))}\n`;
  const fields = body.fields.map((field) =>
    field.file
      ? `\tfile, err := os.ReadFile(${quoted(field.value)})
\tcheck(err)
\tpart, err := form.CreateFormFile(${quoted(field.name)}, ${quoted(field.value)})
\tcheck(err)
\t_, err = part.Write(file)
\tcheck(err)
`
      : `\tcheck(form.WriteField(${quoted(field.name)}, ${quoted(field.value)}))\n`,
  );
  return `\tbody := new(bytes.Buffer)\n\tform := multipart.NewWriter(body)\n${once(fields)}\tcheck(form.Close())\n`;
}

/** Each file in a block of its own, as soon as there are several: their variables have the same names. */
function once(fields: readonly string[]): string {
  const files = fields.filter((field) => field.includes("CreateFormFile"));
  const block = (text: string): string => `\t{\n${text.replace(/^/gm, "\t").replace(/\t$/, "")}\t}\n`;
  return fields.map((field) => (files.length > 1 && files.includes(field) ? block(field) : field)).join("");
}

function text(body: Body & { kind: "text" }): string {
  const value = json(body);
  return value === undefined ? body.text : laidOut(value, JSON_TEXT, "  ");
}

function reader(body: Body | undefined): string {
  if (body === undefined) return "nil";
  return body.kind === "text" ? "strings.NewReader(body)" : "body";
}

function type(body: Body | undefined): string {
  if (body === undefined) return "";
  return `\tcall.Header.Set("Content-Type", ${body.kind === "text" ? quoted(body.contentType) : "form.FormDataContentType()"})\n`;
}

function signature(call: Call, how: Shown & { kind: "signature" }): string {
  const { endpoint, path } = parts(call);
  const content = {
    text: '\n\t\tWithBody("", body).',
    form: '\n\t\tAddHeaderParam("X-Sdk-Content-Sha256", "UNSIGNED-PAYLOAD").',
    none: "",
  }[call.body?.kind ?? "none"];
  const declared =
    call.body?.kind === "form" ? '\tcall.Header.Set("X-Sdk-Content-Sha256", "UNSIGNED-PAYLOAD")\n' : "";
  // The signer escapes the path itself.
  return `
\ttoSign := request.NewHttpRequestBuilder().
\t\tWithMethod(${quoted(call.method)}).
\t\tWithEndpoint(${quoted(endpoint)}).
\t\tWithPath(${quoted(decoded(path) ?? "")}).${content}
\t\tBuild()
\theaders, err := signer.Sign(toSign, os.Getenv("${how.key}"), os.Getenv("${how.secret}"))
\tcheck(err)
\tfor name, value := range headers {
\t\tcall.Header.Set(name, value)
\t}
${declared}`;
}
