/** A record of the journal and an explanation, as the API answers them; its document calls both an object. */
import type { Time } from "./pipeline";

export interface Caller {
  way: string;
  id: string;
  name: string | null;
}

export interface JournalRow {
  id: string;
  /** ISO 8601. */
  time: string;
  error_code: string | null;
  door: string;
  source: string;
  method: string;
  host: string;
  path: string;
  query: string;
  service: string | null;
  caller: Caller | null;
  status: number;
  reason: string | null;
  step: string;
  answered_by: "gateway" | "model";
  request_bytes: number;
  response_bytes: number;
  took_us: number;
  model_us: number;
  user_agent: string | null;
}

export interface StepSeen {
  step: string;
  outcome: "passed" | "decided" | "not_reached";
}

export interface Comparison {
  label: string;
  expected: string;
  got: string;
}

export interface Nearest {
  service?: string;
  service_name?: string;
  api?: string;
  api_name?: string;
  method: string;
  path: string;
  environment: string;
  differs: { part: string; sent: string; published: string }[];
}

export interface Signature {
  key: string;
  algorithm: string;
  signed_headers: string[];
  date: string | null;
  server_time: string;
  skew_seconds: number | null;
  declared_digest: string | null;
  body_digest: string | null;
  digest_matches: boolean | null;
  canonical_request: string | null;
  string_to_sign: string | null;
  mistake: string | null;
  advice: string | null;
  note: string;
}

export interface Explanation {
  request_id: string;
  at: string;
  headline: string;
  request: string;
  door: string;
  host: string;
  source: string;
  caller: Caller | null;
  status: number;
  answered_by: "gateway" | "model";
  code: string | null;
  reason: string | null;
  fault: string | null;
  retry: string | null;
  step: string;
  steps: StepSeen[];
  compared: Comparison[];
  nearest: Nearest[];
  signature: Signature | null;
  time: Time;
  notes: string[];
  fix: string[];
  page: string | null;
}

/** The path below the API address of a service; other paths as they are. */
export function pathBelow(path: string): string {
  const below = /^\/v1\/infers\/[0-9a-f-]{36}(\/.*)?$/.exec(path);
  return below ? (below[1] ?? "/") : path;
}
