/** Recorded metrics as lines over time: a step without calls is a zero for counts, and a gap for times; so is one in which nobody
 * looked what an instance took. */
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
  /** Those that took most, first. */
  usage: InstanceLines[];
  /** How many instances there were besides. */
  further: number;
  range: [number, number];
}

export interface InstanceLines {
  id: string;
  /** Percent of a processor core. */
  cpu: (number | null)[];
  /** Bytes; all `null` of a model in the server. */
  memory: (number | null)[];
}

/** More lines nobody tells apart. */
export const INSTANCES_MOST = 6;

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
    ...instancesOf(metrics),
    range: [from, until],
  };
  for (let at = from; at < until; at += metrics.step_s) {
    const point = known.get(Math.round(at));
    lines.times.push(at);
    lines.calls.push(point?.calls ?? 0);
    lines.failed.push(point?.failed ?? 0);
    const called = point && point.calls > 0;
    lines.p50.push(called ? point.p50_ms : null);
    lines.p95.push(called ? point.p95_ms : null);
    lines.p99.push(called ? point.p99_ms : null);
    lines.instances.push(point?.instances ?? null);
    const usage = new Map(point?.usage?.map((one) => [one.instance_id, one]));
    for (const one of lines.usage) {
      const used = usage.get(one.id);
      one.cpu.push(used?.cpu_percent ?? null);
      one.memory.push(used?.memory_bytes ?? null);
    }
  }
  return lines;
}

function instancesOf({ total }: Metrics): Pick<Lines, "usage" | "further"> {
  const all = [...(total.usage ?? [])].sort(
    (one, other) => other.cpu_s - one.cpu_s || (other.memory_bytes ?? 0) - (one.memory_bytes ?? 0),
  );
  return {
    usage: all.slice(0, INSTANCES_MOST).map(({ instance_id }) => ({ id: instance_id, cpu: [], memory: [] })),
    further: Math.max(all.length - INSTANCES_MOST, 0),
  };
}

/** What failed in the whole range, the most frequent code first. */
export function failuresOf(metrics: Metrics): { code: string; count: number }[] {
  return Object.entries(metrics.total.failures)
    .map(([code, count]) => ({ code, count }))
    .sort((one, other) => other.count - one.count || one.code.localeCompare(other.code));
}
