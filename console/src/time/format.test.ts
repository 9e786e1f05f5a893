import { describe, expect, test } from "vitest";
import { learnTime, serverNow } from "./clock";
import { ago, atAxis, count, size, span } from "./format";

describe("spans", () => {
  test.each([
    [0, "0 ms"],
    [0.001, "0.001 ms"],
    [0.042, "0.042 ms"],
    [0.4, "0.40 ms"],
    [0.999, "1.0 ms"],
    [1, "1.0 ms"],
    [1.25, "1.3 ms"],
    [9.97, "10 ms"],
    [47.7, "48 ms"],
    [999.7, "1.00 s"],
    [1500, "1.50 s"],
    [12_340, "12.3 s"],
    [59_980, "1 min 0 s"],
    [119_900, "2 min 0 s"],
    [125_000, "2 min 5 s"],
    [3_599_900, "1 h 0 min"],
    [7_500_000, "2 h 5 min"],
    [273_600_000, "3 d 4 h"],
  ])("%d", (milliseconds, text) => expect(span(milliseconds)).toBe(text));
});

describe("sizes", () => {
  test.each([
    [0, "0 B"],
    [812, "812 B"],
    [1536, "1.5 KiB"],
    [8 * 1024 * 1024, "8.0 MiB"],
    [1024 * 1024 - 1, "1.0 MiB"],
    [99.96 * 1024, "100 KiB"],
    [300 * 1024 * 1024, "300 MiB"],
  ])("%d", (bytes, text) => expect(size(bytes)).toBe(text));
});

test("an axis has no zeros behind the point", () => {
  expect(["8.0 MiB", "0.40 ms", "1.50 s", "100 ms", "0 B", "0.5 %"].map(atAxis)).toEqual([
    "8 MiB",
    "0.4 ms",
    "1.5 s",
    "100 ms",
    "0 B",
    "0.5 %",
  ]);
});

test("moments are told in the reader's language", () => {
  expect(ago(0, 3 * 60_000, "en")).toBe("3 min. ago");
  expect(ago(0, 3 * 60_000, "zh")).toBe("3分钟前");
  expect(ago(0, 400, "en")).toBe("now");
  expect(count(12_345, "en")).toBe("12,345");
});

test("a clock that is off is corrected by the server's", () => {
  const hour = 3_600_000;
  learnTime(new Date(Date.now() + hour).toUTCString());
  expect(Math.abs(serverNow() - Date.now() - hour)).toBeLessThan(2000);
  learnTime("no date");
  expect(Math.abs(serverNow() - Date.now() - hour)).toBeLessThan(2000);
  learnTime(new Date().toUTCString());
  expect(Math.abs(serverNow() - Date.now())).toBeLessThan(50);
});
