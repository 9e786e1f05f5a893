import { describe, expect, test } from "vitest";
import { kinds, linesOf, paired } from "./canonical";
import { differing } from "./differences";
import { partsOf } from "./pipeline";
import { isManagementCall } from "./questions";
import { pathBelow } from "./shapes";

describe("differences", () => {
  test("what is between the common beginning and end is marked", () => {
    expect(differing("/predictions/poetry", "/predictions/poetr")).toEqual([
      { before: "/predictions/poetr", own: "y", after: "" },
      { before: "/predictions/poetr", own: "", after: "" },
    ]);
    expect(differing("POST /a/b", "POST /x/b")).toEqual([
      { before: "POST /", own: "a", after: "/b" },
      { before: "POST /", own: "x", after: "/b" },
    ]);
  });
  test("texts that are the same, or have nothing in common, have no marks", () => {
    expect(differing("same", "same")).toBeNull();
    expect(differing("a role that permits it", "none")).toBeNull();
    expect(differing("", "sent")).toBeNull();
    expect(
      differing("20261127T085004Z ± 15 min (server time)", "20261127T085004Z, no difference"),
    ).toBeNull();
  });
  test("a letter of two units is not torn apart", () => {
    expect(differing("name: 😀", "name: 😁")?.[0].own).toBe("😀");
  });
});

describe("canonical requests", () => {
  const ours = linesOf("POST\n/v1/infers/x/\n\nhost:a\nx-sdk-date:20260101T000000Z\n\nhost;x-sdk-date\ne3b0");
  test("each line is told", () => {
    expect(kinds(ours)).toEqual([
      "method",
      "path",
      "query",
      "header",
      "header",
      "blank",
      "signed_headers",
      "digest",
    ]);
  });
  test("the same lines meet, and what differs stands side by side", () => {
    const theirs = linesOf(
      "POST\n/v1/infers/x\n\nhost:a\nx-sdk-date:20260101T000000Z\n\nhost;x-sdk-date\ne3b0",
    );
    const apart = paired(ours, theirs).filter((pair) => pair.ours !== pair.theirs);
    expect(apart).toEqual([{ ours: "/v1/infers/x/", theirs: "/v1/infers/x", at: 1 }]);
  });
  test("a header that only one has stands alone", () => {
    const theirs = ours.filter((line) => !line.startsWith("host:"));
    expect(paired(ours, theirs).filter((pair) => pair.theirs === null)).toEqual([
      { ours: "host:a", theirs: null, at: 3 },
    ]);
    expect(paired(theirs, ours).filter((pair) => pair.ours === null)).toEqual([
      { ours: null, theirs: "host:a", at: 3 },
    ]);
  });
  test("Windows' line ends are no difference", () => {
    expect(linesOf("GET\r\n/")).toEqual(["GET", "/"]);
  });
});

test("a path is shown from the API address on", () => {
  const base = "/v1/infers/e37280dc-38f5-4b66-8e0f-d0d10e0a2b13";
  expect(pathBelow(base)).toBe("/");
  expect(pathBelow(`${base}/predictions/poetr`)).toBe("/predictions/poetr");
  expect(pathBelow("/v1/infer/x")).toBe("/v1/infer/x");
});

test("the shares of a request's time add up, and none is too small to be seen", () => {
  const told = (time: Parameters<typeof partsOf>[0]) => partsOf(time).map(({ name, share }) => [name, share]);
  expect(told({ total_us: 1000, gateway_us: 250, model_us: 750 })).toEqual([
    ["gateway", 25],
    ["model", 75],
  ]);
  expect(told({ total_us: 100_000, gateway_us: 10, model_us: 99_990 })).toEqual([
    ["gateway", 2],
    ["model", 98],
  ]);
  expect(told({ total_us: 154, gateway_us: 154, model_us: 0 })).toEqual([["gateway", 100]]);
  expect(told({ total_us: 0, gateway_us: 0, model_us: 0 })).toEqual([["gateway", 100]]);
  expect(told({ total_us: 1000, gateway_us: 250, model_us: 750, head_us: 100, body_us: 100 })).toEqual([
    ["head", 10],
    ["body", 10],
    ["model", 75],
    ["rest", 5],
  ]);
});

test("a part has a time only where it was taken: what refused the body took the rest", () => {
  const told = partsOf({ total_us: 1000, gateway_us: 1000, model_us: 0, head_us: 100, body_us: null });
  expect(told.map(({ name, us }) => [name, us])).toEqual([
    ["head", 100],
    ["body", 900],
  ]);
});

test("an id tells a management call from a call of a service", () => {
  expect(isManagementCall("01a21c328c2a0000ff00000000000075")).toBe(true);
  expect(isManagementCall("01a21c328bc800000000000000000004")).toBe(false);
});
