import { describe, expect, test } from "vitest";
import { learnTime, serverNow } from "./clock";
import { ago, count, size, span } from "./format";

describe("spans", () => {
  test.each([
    [0.042, "0.042 ms"],
    [1.25, "1.3 ms"],
    [47.7, "48 ms"],
    [1500, "1.50 s"],
    [12_340, "12.3 s"],
    [125_000, "2 min 5 s"],
    [7_500_000, "2 h 5 min"],
  ])("%d", (milliseconds, text) => expect(span(milliseconds)).toBe(text));
});

describe("sizes", () => {
  test.each([
    [0, "0 B"],
    [812, "812 B"],
    [1536, "1.5 KiB"],
    [8 * 1024 * 1024, "8.0 MiB"],
    [300 * 1024 * 1024, "300 MiB"],
  ])("%d", (bytes, text) => expect(size(bytes)).toBe(text));
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
