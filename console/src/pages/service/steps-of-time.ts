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
  /** Between what the others were, where there are too many. */
  others: OtherLines | null;
  range: [number, number];
}

export interface InstanceLines {
  id: string;
  /** Percent of a processor core. */
  cpu: (number | null)[];
  /** Bytes; all `null` of a model in the server. */
  memory: (number | null)[];
}

/** What instances of no line of their own lie between. */
export interface OtherLines {
  /** How many they are. */
  count: number;
  cpu: Between;
  memory: Between;
}

export interface Between {
  low: (number | null)[];
  high: (number | null)[];
}

/** More lines nobody tells apart; one more is worth a line rather than a band. */
export const INSTANCES_MOST = 6;
/** So many have a line where the others have a band. */
const BESIDE_A_BAND = 5;

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
      usage.delete(one.id);
      one.cpu.push(used?.cpu_percent ?? null);
      one.memory.push(used?.memory_bytes ?? null);
    }
    if (lines.others) {
      const rest = [...usage.values()];
      add(
        lines.others.cpu,
        rest.map((one) => one.cpu_percent),
      );
      add(
        lines.others.memory,
        rest.map((one) => one.memory_bytes),
      );
    }
  }
  return lines;
}

function add({ low, high }: Between, values: (number | null | undefined)[]): void {
  const known = values.filter((value) => typeof value === "number");
  low.push(known.length > 0 ? Math.min(...known) : null);
  high.push(known.length > 0 ? Math.max(...known) : null);
}

function instancesOf({ total }: Metrics): Pick<Lines, "usage" | "others"> {
  const all = [...(total.usage ?? [])].sort(
    (one, other) => other.cpu_s - one.cpu_s || (other.memory_bytes ?? 0) - (one.memory_bytes ?? 0),
  );
  const own = all.slice(0, all.length > INSTANCES_MOST ? BESIDE_A_BAND : INSTANCES_MOST);
  const count = all.length - own.length;
  return {
    usage: own.map(({ instance_id }) => ({ id: instance_id, cpu: [], memory: [] })),
    others: count > 0 ? { count, cpu: { low: [], high: [] }, memory: { low: [], high: [] } } : null,
  };
}

/** What failed in the whole range, the most frequent code first. */
export function failuresOf(metrics: Metrics): { code: string; count: number }[] {
  return Object.entries(metrics.total.failures)
    .map(([code, count]) => ({ code, count }))
    .sort((one, other) => other.count - one.count || one.code.localeCompare(other.code));
}
