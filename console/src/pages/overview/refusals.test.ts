import { expect, test } from "vitest";
import { causesOf, type Row } from "./refusals";

const row = (id: string, reason: string | null): Row => ({
  id,
  time: "2026-11-27T08:00:00Z",
  status: 404,
  reason,
  error_code: "APIG.0101",
  service: null,
  method: "POST",
  path: "/",
});

test("causes are counted, the most frequent first, each with its newest request", () => {
  const causes = causesOf([
    row("4", "token.expired"),
    row("3", "route.unknown"),
    row("2", "route.unknown"),
    row("1", null),
  ]);
  expect(causes.map((cause) => [cause.reason, cause.count, cause.newest.id])).toEqual([
    ["route.unknown", 2, "3"],
    ["token.expired", 1, "4"],
  ]);
});
