import { expect, test } from "vitest";
import { faultIn } from "./json-editor";

test("what is JSON has no fault, and neither has nothing", () => {
  expect(faultIn('{"a": [1]}')).toBeNull();
  expect(faultIn(" ")).toBeNull();
});

test.each([
  ['{"a": [', 1],
  ['{\n  "a": 1,\n}', 3],
  ['{\n  "a": 1\n  "b"}', 3],
])("%j is wrong in line %d", (text, line) => expect(faultIn(text)?.line).toBe(line));
