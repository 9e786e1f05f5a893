import { expect, test } from "vitest";
import { alone, between, newest } from "./chart";

test("without a pointer, the newest moment of which anything is known is read out", () => {
  expect(newest([])).toBeNull();
  expect(newest([[null, null]])).toBeNull();
  expect(
    newest([
      [1, null, null],
      [null, 2, null],
    ]),
  ).toBe(1);
  expect(newest([[0, 0, 0]])).toBe(2);
});

test("only what stands alone is a point", () => {
  expect(alone([1, null, 2, 3, null, 4])).toEqual([0, 5]);
  expect(alone([null, null])).toEqual([]);
});

test("a band of one value is one value", () => {
  expect(between("20 MiB", "20 MiB")).toBe("20 MiB");
  expect(between("1 %", "4 %")).toBe("1 % – 4 %");
});
