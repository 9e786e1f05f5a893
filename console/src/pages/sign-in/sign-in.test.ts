import { expect, test } from "vitest";
import { nextPage } from "./sign-in";

test.each([
  ["?next=%2Fp%2Fdefault%2Fservices%3Fstatus%3Dfailed", "/p/default/services?status=failed"],
  ["", "/"],
  ["?next=https%3A%2F%2Fevil.example", "/"],
  ["?next=%2F%2Fevil.example", "/"],
  ["?next=%2F%5Cevil.example", "/"],
])("after signing in from %s, %s", (search, page) => expect(nextPage(search)).toBe(page));
