// JSON written as a value of a language, laid out for people. What must hold: numbers keep their digits, and a text that comes from a
// model's declaration stays one literal.

import { script } from "./quote.js";

/** How a language writes what JSON writes. */
export interface Dialect {
  readonly words: Readonly<Record<"true" | "false" | "null", string>>;
  readonly key: (literal: string) => string;
  readonly text: (value: string) => string;
}

export const JSON_TEXT: Dialect = {
  words: { true: "true", false: "false", null: "null" },
  key: (literal) => literal,
  text: script,
};

/** How wide a value may be that stands on one line. */
const WIDTH = 100;

type Node =
  | { readonly kind: "scalar"; readonly text: string }
  | { readonly kind: "list"; readonly items: readonly Node[] }
  | { readonly kind: "object"; readonly entries: readonly (readonly [string, Node])[] };

/** The value, indented; `text` is JSON. The first line is not indented: it follows what the caller has written. */
export function laidOut(text: string, dialect: Dialect, step: string, depth = 0): string {
  return written(new Reader(text, dialect).node(), step, depth);
}

/** Whether each number survives being read as a double: JavaScript has no others. */
export function isExactInDoubles(text: string): boolean {
  const numbers = text.replace(/"(?:[^"\\]|\\.)*"/gs, '""').match(/-?\d[\d.eE+-]*/g) ?? [];
  return numbers.every((digits) => {
    const value = Number(digits);
    return Number.isFinite(value) && (!/^-?\d+$/.test(digits) || Number.isSafeInteger(value));
  });
}

function written(node: Node, step: string, depth: number): string {
  const line = onOneLine(node);
  if (node.kind === "scalar" || step.length * depth + line.length <= WIDTH) return line;
  const inner = step.repeat(depth + 1);
  const parts =
    node.kind === "list"
      ? node.items.map((item) => written(item, step, depth + 1))
      : node.entries.map(([key, value]) => `${key}: ${written(value, step, depth + 1)}`);
  const [open, close] = node.kind === "list" ? ["[", "]"] : ["{", "}"];
  return `${open}\n${parts.map((part) => inner + part).join(",\n")}\n${step.repeat(depth)}${close}`;
}

function onOneLine(node: Node): string {
  switch (node.kind) {
    case "scalar":
      return node.text;
    case "list":
      return `[${node.items.map(onOneLine).join(", ")}]`;
    case "object":
      return `{${node.entries.map(([key, value]) => `${key}: ${onOneLine(value)}`).join(", ")}}`;
  }
}

/** Reads what `JSON.parse` has accepted, and keeps numbers as they are written. */
class Reader {
  private readonly tokens: readonly string[];
  private at = 0;

  constructor(
    text: string,
    private readonly dialect: Dialect,
  ) {
    this.tokens = text.match(/"(?:[^"\\]|\\.)*"|[[\]{}:,]|[^\s[\]{}:,"]+/gs) ?? [];
  }

  node(): Node {
    const token = this.next();
    if (token === "[") return { kind: "list", items: this.until("]", () => this.node()) };
    if (token === "{") return { kind: "object", entries: this.until("}", () => this.entry()) };
    if (token.startsWith('"')) return { kind: "scalar", text: this.literal(token) };
    const { words } = this.dialect;
    return {
      kind: "scalar",
      text: token === "true" || token === "false" || token === "null" ? words[token] : token,
    };
  }

  private entry(): readonly [string, Node] {
    const key = this.dialect.key(this.literal(this.next()));
    this.next();
    return [key, this.node()];
  }

  private until<T>(end: string, one: () => T): readonly T[] {
    const all: T[] = [];
    while (this.tokens[this.at] !== end) {
      all.push(one());
      if (this.tokens[this.at] === ",") this.at += 1;
    }
    this.at += 1;
    return all;
  }

  private literal(token: string): string {
    return this.dialect.text(String(JSON.parse(token)));
  }

  private next(): string {
    const token = this.tokens[this.at];
    this.at += 1;
    if (token === undefined) throw new SyntaxError("the JSON text ends too early");
    return token;
  }
}
