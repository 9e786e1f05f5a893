import { expect, test } from "vitest";
import { exampleOf } from "./example";

test("a body as text, and its fields for a form", () => {
  expect(exampleOf({ text: "The moon", seed: 4 })).toEqual({
    text: '{\n  "text": "The moon",\n  "seed": 4\n}',
    fields: { text: "The moon", seed: "4" },
  });
});

test("where nothing is declared, an empty body", () => {
  expect(exampleOf(null)).toEqual({ text: "{}", fields: {} });
});
