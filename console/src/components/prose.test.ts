import { expect, test } from "vitest";
import { pieces } from "./code";
import { blocks } from "./prose";

test("Markdown is split into headings, paragraphs, lists and code", () => {
  const text = "# Title\n\nOne\ntwo.\n\n1. first\n   goes on\n2. second\n\n```\ncode `x`\n```\n";
  expect(blocks(text)).toEqual([
    { kind: "heading", lines: ["Title"] },
    { kind: "paragraph", lines: ["One", "two."] },
    { kind: "list", lines: ["first goes on", "second"] },
    { kind: "code", lines: ["code `x`"] },
  ]);
});

test("JSON is coloured without losing a character, and what is none stays as it is", () => {
  const text = '{"a": [1, -2.5e3, true, null, "b \\" c"]} rest <b>';
  const parts = pieces(text);
  expect(parts.map((part) => part.text).join("")).toBe(text);
  expect(parts.filter((part) => part.kind !== "plain").map((part) => part.kind)).toEqual([
    "key",
    "number",
    "number",
    "word",
    "word",
    "string",
  ]);
});
