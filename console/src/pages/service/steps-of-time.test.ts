import { expect, test } from "vitest";
import { failuresOf, linesOf, type Metrics } from "./steps-of-time";

const point = (at: string, calls: number, failures: Record<string, number> = {}) => ({
  at,
  calls,
  failed: Object.values(failures).reduce((sum, one) => sum + one, 0),
  failures,
  p50_ms: 1,
  p95_ms: 2,
  p99_ms: 3,
  instances: 1,
});
const METRICS: Metrics = {
  range: "5m",
  from: "2026-11-27T08:00:00Z",
  until: "2026-11-27T08:05:00Z",
  step_s: 60,
  points: [point("2026-11-27T08:01:00Z", 7, { "APIG.0301": 3 })],
  total: point("2026-11-27T08:00:00Z", 7, { "500": 1, "APIG.0301": 3, "APIG.0101": 3 }),
};

test("a step without calls is a zero for counts, and a gap for times", () => {
  const lines = linesOf(METRICS);
  expect(lines.times).toHaveLength(5);
  expect(lines.calls).toEqual([0, 7, 0, 0, 0]);
  expect(lines.failed).toEqual([0, 3, 0, 0, 0]);
  expect(lines.p95).toEqual([null, 2, null, null, null]);
  expect(lines.range[1] - lines.range[0]).toBe(300);
});

test("what failed most comes first", () => {
  expect(failuresOf(METRICS).map((one) => one.code)).toEqual(["APIG.0101", "APIG.0301", "500"]);
});
