import { describe, expect, test } from "vitest";
import { headersOf } from "../../api/upload";
import { byVersion, isName, isPackage, isVersion, metricsOf, nameOf, nextVersion } from "./names";

describe("a model's name", () => {
  test.each([
    ["iris.zip", "iris"],
    ["my model.tar.gz", "my-model"],
    ["poetry-1.2.3.tgz", "poetry"],
    ["résumé_v2.tar", "r-sum"],
    ["数据.zip", ""],
  ])("is suggested from %s", (file, name) => expect(nameOf(file)).toBe(name));
  test("is letters, digits, _ and -", () => {
    expect(isName("a_B-9")).toBe(true);
    expect(isName("a b")).toBe(false);
    expect(isName("a".repeat(65))).toBe(false);
  });
});

describe("a model's version", () => {
  test.each([
    [[], "0.0.1"],
    [["0.0.1"], "0.0.2"],
    [["1.2.9", "1.10.0"], "1.10.1"],
    [["0.0.99"], "0.1.0"],
    [["0.99.99"], "1.0.0"],
    [["none"], "0.0.1"],
  ])("after %j is %s", (versions, next) => expect(nextVersion(versions)).toBe(next));
  test("is three numbers, and compared as numbers", () => {
    expect(isVersion("1.2.3")).toBe(true);
    expect(isVersion("1.2")).toBe(false);
    expect(isVersion("100.0.0")).toBe(false);
    expect(byVersion("1.2.10", "1.2.9")).toBeGreaterThan(0);
  });
});

test("packages are archives", () => {
  expect(isPackage("a.TAR.GZ")).toBe(true);
  expect(isPackage("model.onnx")).toBe(false);
});

test("metrics are read, and what is none is nothing", () => {
  expect(metricsOf('{"accuracy":0.973,"per":{"a":1}}')).toEqual([
    ["accuracy", "0.973"],
    ["per", '{"a":1}'],
  ]);
  expect(metricsOf("")).toEqual([]);
  expect(metricsOf("[1]")).toEqual([]);
  expect(metricsOf("no json")).toEqual([]);
});

test("an upload's headers are read", () => {
  const headers = headersOf("x-request-id: 01a2\r\nx-adyton-reason: package.too_large\r\n\r\n");
  expect(headers.get("X-Request-Id")).toBe("01a2");
  expect(headers.get("X-Adyton-Reason")).toBe("package.too_large");
});
