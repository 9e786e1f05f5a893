// Programs that call a service, filled with its address and a body: for each way of authentication and each language.
//
// One source for the console, the guide and the tests, which run every one of them against a live service.

import type { Auth, Call, Language, Missing, Snippet } from "./call.js";
import { curl } from "./curl.js";
import { go } from "./go.js";
import { java } from "./java.js";
import { javascript } from "./javascript.js";
import { python, pythonSdk } from "./python.js";

export type {
  Auth,
  Body,
  Call,
  Field,
  File,
  Language,
  Missing,
  Needs,
  Placeholder,
  Snippet,
  Text,
} from "./call.js";
export { AUTHS, url } from "./call.js";

/** The languages that suit a way of authentication, the simplest first. */
export function languages(auth: Auth): readonly Language[] {
  return ["curl", auth === "aksk" || auth === "app" ? "python-sdk" : "python", "javascript", "go", "java"];
}

/** The program; or why there is none, for a call that a signer cannot sign. */
export function snippet(call: Call, auth: Auth, language: Language): Snippet | Missing {
  switch (language) {
    case "curl":
      return curl(call, auth);
    case "python":
      return python(call, auth);
    case "python-sdk":
      return pythonSdk(call, auth);
    case "go":
      return go(call, auth);
    case "java":
      return java(call, auth);
    case "javascript":
      return javascript(call, auth);
  }
}
