/** Recorded metrics as lines over time: a step without calls is a zero for counts, and a gap for times. */
import type { Schemas } from "../../api/client";

export type Metrics = Schemas["ServiceMetrics"];

export const RANGES = ["5m", "1h", "24h", "7d"] as const;
export type Range = (typeof RANGES)[number];

export interface Lines {
  /** Beginnings of the steps, in seconds since 1970. */
  times: number[];
  calls: number[];
  failed: number[];
  p50: (number | null)[];
  p95: (number | null)[];
  p99: (number | null)[];
  instances: (number | null)[];
  range: [number, number];
}

export function linesOf(metrics: Metrics): Lines {
  const from = Date.parse(metrics.from) / 1000;
  const until = Date.parse(metrics.until) / 1000;
  const known = new Map(metrics.points.map((point) => [Math.round(Date.parse(point.at) / 1000), point]));
  const lines: Lines = {
    times: [],
    calls: [],
    failed: [],
    p50: [],
    p95: [],
    p99: [],
    instances: [],
    range: [from, until],
  };
  for (let at = from; at < until; at += metrics.step_s) {
    const point = known.get(Math.round(at));
    lines.times.push(at);
    lines.calls.push(point?.calls ?? 0);
    lines.failed.push(point?.failed ?? 0);
    lines.p50.push(point?.p50_ms ?? null);
    lines.p95.push(point?.p95_ms ?? null);
    lines.p99.push(point?.p99_ms ?? null);
    lines.instances.push(point?.instances ?? null);
  }
  return lines;
}

/** What failed in the whole range, the most frequent code first. */
export function failuresOf(metrics: Metrics): { code: string; count: number }[] {
  return Object.entries(metrics.total.failures)
    .map(([code, count]) => ({ code, count }))
    .sort((one, other) => other.count - one.count || one.code.localeCompare(other.code));
}
