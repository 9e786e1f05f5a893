import { expect, test } from "vitest";
import { decoded } from "./decoded";

test("a part of an address is decoded, or stays as it is", () => {
  expect(decoded("a%2Fb")).toBe("a/b");
  expect(decoded("%E0%A4%A")).toBe("%E0%A4%A");
});
