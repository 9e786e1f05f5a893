/** How a request's time is shared out, as the bar below its steps shows it. */

export interface Time {
  total_us: number;
  gateway_us: number;
  model_us: number;
  /** From routing to throttling, which are measured together; not known where one of them refused, nor of old records. */
  head_us?: number | null;
  /** Reading and proving the body; not known where that refused. */
  body_us?: number | null;
}

/** `rest`: what follows the last part that has a time of its own. `gateway`: all that is ours, where its parts are not known. */
export type PartName = "head" | "body" | "model" | "rest" | "gateway";

export interface Part {
  name: PartName;
  us: number;
  /** Percent of the bar. */
  share: number;
}

/** A share below this many percent could not be seen. */
const LEAST = 2;

/** The parts that were measured, in their order. A time that nobody took is no part. */
export function partsOf(time: Time): Part[] {
  const parts: [PartName, number][] = [];
  if (typeof time.head_us === "number") {
    parts.push(["head", time.head_us]);
    const reached = typeof time.body_us === "number";
    if (reached) parts.push(["body", time.body_us ?? 0]);
    if (time.model_us > 0) parts.push(["model", time.model_us]);
    const rest = Math.max(0, time.gateway_us - time.head_us - (time.body_us ?? 0));
    parts.push([reached ? "rest" : "body", rest]);
  } else {
    parts.push(["gateway", time.gateway_us]);
    if (time.model_us > 0) parts.push(["model", time.model_us]);
  }
  return shared(parts);
}

function shared(parts: [PartName, number][]): Part[] {
  const total = Math.max(
    1,
    parts.reduce((sum, [, us]) => sum + us, 0),
  );
  const shares = parts.map(([, us]) => Math.max(LEAST, Math.round((us / total) * 100)));
  // What the small ones gained, the largest gives.
  const largest = shares.indexOf(Math.max(...shares));
  shares[largest] = (shares[largest] ?? 0) + 100 - shares.reduce((sum, share) => sum + share, 0);
  return parts.map(([name, us], at) => ({ name, us, share: shares[at] ?? 0 }));
}
