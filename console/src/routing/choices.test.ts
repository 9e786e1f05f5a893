import { expect, test } from "vitest";
import { chosen } from "./choices";

test("a choice is added, changed and taken out, and the others stay", () => {
  expect(chosen("", { status: "4xx" })).toBe("status=4xx");
  expect(chosen("code=APIG.0101&status=4xx", { status: "5xx" })).toBe("code=APIG.0101&status=5xx");
  expect(chosen("code=APIG.0101&status=4xx", { status: "" })).toBe("code=APIG.0101");
  expect(chosen("code=APIG.0101", { code: "" })).toBe("");
});

test("what is typed cannot become another choice", () => {
  expect(chosen("", { code: "a&b=c" })).toBe("code=a%26b%3Dc");
});
