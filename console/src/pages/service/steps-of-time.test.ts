import { expect, test } from "vitest";
import { failuresOf, INSTANCES_MOST, linesOf, type Metrics } from "./steps-of-time";

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

test("each instance has a line of what it took, those that took most first, and a gap where nobody looked", () => {
  const used = (id: string, cpu: number, memory?: number) => ({
    instance_id: id,
    cpu_s: cpu,
    cpu_percent: cpu * 10,
    ...(memory ? { memory_bytes: memory } : {}),
  });
  const many = Array.from({ length: INSTANCES_MOST }, (_, at) => used(`x${at}`, 1));
  const lines = linesOf({
    ...METRICS,
    points: [
      { ...point("2026-11-27T08:02:00Z", 0), usage: [used("a", 2), used("b", 4, 512)] },
      { ...point("2026-11-27T08:03:00Z", 1), usage: [used("b", 4, 1024)] },
    ],
    total: { ...point("2026-11-27T08:00:00Z", 1), usage: [...many, used("a", 2), used("b", 8, 1024)] },
  });
  expect(lines.usage.slice(0, 2)).toEqual([
    { id: "b", cpu: [null, null, 40, 40, null], memory: [null, null, 512, 1024, null] },
    { id: "a", cpu: [null, null, 20, null, null], memory: [null, null, null, null, null] },
  ]);
  expect(lines.p50).toEqual([null, null, null, 1, null]);
});

test("more instances than lines are told apart are a band between the least and the most of them", () => {
  const used = (id: string, cpu: number) => ({
    instance_id: id,
    cpu_s: cpu,
    cpu_percent: cpu,
    memory_bytes: cpu * 100,
  });
  const all = Array.from({ length: 9 }, (_, at) => used(`x${at}`, at + 1));
  const of = (usage: typeof all) =>
    linesOf({
      ...METRICS,
      points: [{ ...point("2026-11-27T08:02:00Z", 0), usage }],
      total: { ...point("2026-11-27T08:00:00Z", 0), usage },
    });
  const nine = of(all);
  expect(nine.usage.map(({ id }) => id)).toEqual(["x8", "x7", "x6", "x5", "x4"]);
  expect(nine.others).toEqual({
    count: 4,
    cpu: { low: [null, null, 1, null, null], high: [null, null, 4, null, null] },
    memory: { low: [null, null, 100, null, null], high: [null, null, 400, null, null] },
  });
  const six = of(all.slice(0, INSTANCES_MOST));
  expect([six.usage.length, six.others]).toEqual([INSTANCES_MOST, null]);
  const seven = of(all.slice(0, INSTANCES_MOST + 1));
  expect([seven.usage.length, seven.others?.count]).toEqual([5, 2]);
});

test("what failed most comes first", () => {
  expect(failuresOf(METRICS).map((one) => one.code)).toEqual(["APIG.0101", "APIG.0301", "500"]);
});
