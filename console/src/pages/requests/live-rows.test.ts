import { describe, expect, test } from "vitest";
import { fits, withNew } from "./live-rows";
import type { RequestFilter } from "./questions";
import type { JournalRow } from "./shapes";

const ALL: RequestFilter = { service: "", code: "", status: "", stage: "", user: "", app: "", range: "" };
const row = (about: Partial<JournalRow>): JournalRow => ({
  id: "01",
  time: "2026-01-15T08:15:30Z",
  error_code: "APIG.0101",
  door: "address",
  source: "127.0.0.1",
  method: "POST",
  host: "a",
  path: "/",
  query: "",
  service: "s",
  caller: null,
  status: 404,
  reason: "route.undeclared_path",
  step: "route",
  answered_by: "gateway",
  request_bytes: 0,
  response_bytes: 0,
  took_us: 1,
  model_us: 0,
  user_agent: null,
  ...about,
});
const page = (...ids: string[]) => ({ requests: ids.map((id) => row({ id })), next: "next" });
const ids = (pages: { requests: JournalRow[] }[]) =>
  pages.map(({ requests }) => requests.map(({ id }) => id));

describe("a row fits", () => {
  test.each<[Partial<RequestFilter>, boolean]>([
    [{}, true],
    [{ code: "APIG.0101" }, true],
    [{ code: "route.undeclared_path" }, true],
    [{ code: "APIG.0301" }, false],
    [{ status: "4xx" }, true],
    [{ status: "404" }, true],
    [{ status: "5xx" }, false],
    [{ stage: "route" }, true],
    [{ stage: "limit" }, false],
    [{ service: "s", range: "1h" }, true],
    [{ service: "other" }, false],
    [{ user: "u" }, false],
  ])("%j: %s", (filter, is) => expect(fits(row({}), { ...ALL, ...filter })).toBe(is));
  test("its caller's", () => {
    const called = row({ caller: { way: "token", id: "u", name: null } });
    expect(fits(called, { ...ALL, user: "u" })).toBe(true);
    expect(fits(called, { ...ALL, app: "u" })).toBe(true);
  });
});

describe("new rows", () => {
  test("come first, each once, newest first", () => {
    expect(
      ids(withNew([page("03", "02")], [row({ id: "04" }), row({ id: "05" }), row({ id: "03" })])),
    ).toEqual([["05", "04", "03", "02"]]);
  });
  test("what somebody has asked to see more of stays whole", () => {
    expect(ids(withNew([page("03"), page("02", "01")], [row({ id: "04" })]))).toEqual([
      ["04", "03"],
      ["02", "01"],
    ]);
  });
  test("a long list is cut at its end, and goes on from there", () => {
    const many = Array.from({ length: 600 }, (_, n) => row({ id: String(1000 + n) }));
    const [cut] = withNew([page("0001")], many);
    expect(cut?.requests).toHaveLength(500);
    expect(cut?.next).toBe("1100");
  });
  test("nothing is shown before the list has come", () => {
    expect(withNew([], [row({})])).toEqual([]);
  });
});
