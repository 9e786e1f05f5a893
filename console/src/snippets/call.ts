// What a snippet is made of, and what it is. What must hold: nothing here or beside it touches the page or needs a package, so that
// the test suite runs the very snippets that the console shows.

import { wellFormed } from "./quote.js";

/** How a caller shows who they are. */
export type Auth = "token" | "aksk" | "app" | "appcode";

export const AUTHS: readonly Auth[] = ["token", "aksk", "app", "appcode"];

/** What a snippet is written in; `python-sdk` signs with the official SDK, `python` needs `requests` alone. */
export type Language = "curl" | "python" | "python-sdk" | "go" | "java" | "javascript";

/** The call that a snippet makes. */
export interface Call {
  /** The API address of the service, as its details give it. */
  readonly address: string;
  /** A path that it declares; `/` is the address itself. */
  readonly path: string;
  readonly method: string;
  readonly body?: Body;
}

export type Body =
  | { readonly kind: "text"; readonly contentType: string; readonly text: string }
  | { readonly kind: "form"; readonly fields: readonly Field[] };

/** A field of a form: a text, or the file of this name beside the program. */
export interface Field {
  readonly name: string;
  readonly file: boolean;
  readonly value: string;
}

/** A sentence for people, in both languages. */
export interface Text {
  readonly en: string;
  readonly zh: string;
}

/** What is to be put in before a snippet runs: an environment variable, since no secret stands in a program. */
export interface Placeholder {
  readonly variable: string;
  readonly what: Text;
  /** The command that gives it. */
  readonly from: string;
}

export interface File {
  readonly name: string;
  readonly text: string;
}

/** A program that makes one call, prints the answer and fails if it was refused. */
export interface Snippet {
  readonly title: string;
  /** What to save it as. */
  readonly file: string;
  readonly text: string;
  readonly needs: Needs;
  /** The command that runs it. */
  readonly run: string;
  readonly placeholders: readonly Placeholder[];
}

/** What has to be there before it runs: the programs, the files beside it, and the commands that install the rest. */
export interface Needs {
  readonly programs: readonly string[];
  readonly files: readonly File[];
  readonly install: readonly string[];
}

/** Why there is no snippet. */
export interface Missing {
  readonly missing: Text;
}

/** The whole URL, as it is sent. */
export function url(call: Call): string {
  return (
    call.address.replace(/\/+$/, "") + (call.path === "/" ? "" : escaped(call.path.replace(/^\/?/, "/")))
  );
}

/** Escapes what may not stand in an address; what is escaped already stays. */
function escaped(path: string): string {
  return path.replace(/%(?![0-9A-Fa-f]{2})|[^A-Za-z0-9\-._~!$&'()*+,;=:@/%]+/gu, (found) =>
    found === "%" ? "%25" : encodeURIComponent(wellFormed(found)),
  );
}

/** Scheme and host, and the path: signers take them apart. */
export function parts(call: Call): { readonly endpoint: string; readonly path: string } {
  const whole = url(call);
  const end = whole.indexOf("/", whole.indexOf("://") + 3);
  return end < 0 ? { endpoint: whole, path: "/" } : { endpoint: whole.slice(0, end), path: whole.slice(end) };
}

/** A path without its escapes, for signers that escape it themselves; nothing for bytes that are not text. */
export function decoded(path: string): string | undefined {
  try {
    return decodeURIComponent(path);
  } catch {
    return undefined;
  }
}

/** Why a signer cannot be used that escapes a path itself. */
export const ESCAPED_AGAIN: Missing = {
  missing: {
    en: "this language's SDK signer escapes this path twice, so the signature does not match: use another language or a token",
    zh: "该语言 SDK 的签名工具会对此路径再次转义，导致签名不匹配：请使用其他语言或令牌",
  },
};

/** The body if it is JSON, which can be written as a value of the language. */
export function json(body: Body | undefined): string | undefined {
  if (body?.kind !== "text" || !/^application\/(json|.+\+json)\b/i.test(body.contentType)) return undefined;
  try {
    JSON.parse(body.text);
    return body.text;
  } catch {
    return undefined;
  }
}
