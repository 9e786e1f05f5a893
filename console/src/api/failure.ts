/** What went wrong with a call: the server refused it, or it never got there. All that people need to go on is in it. */

export class Failure extends Error {
  override name = "Failure";
  /** The HTTP status; 0 when there was no answer. */
  readonly status: number;
  /** The wire code, for example `ModelArts.3502`; empty where the dialect has none. */
  readonly code: string;
  /** The one cause, as `X-Adyton-Reason` names it; empty if the answer names none. */
  readonly reason: string;
  /** The id under which the request can be explained; empty when it never arrived. */
  readonly requestId: string;
  /** Whether the journal keeps the request: those that came through the gateway, as the Prediction tab's do. */
  readonly recorded: boolean;

  constructor(
    message: string,
    about: { status?: number; code?: string; reason?: string; requestId?: string; recorded?: boolean } = {},
  ) {
    super(message);
    this.status = about.status ?? 0;
    this.code = about.code ?? "";
    this.reason = about.reason ?? "";
    this.requestId = about.requestId ?? "";
    this.recorded = about.recorded ?? false;
  }

  /** Whether the call never got an answer. */
  get unreachable(): boolean {
    return this.status === 0;
  }
}

/** Any error as a failure, so that every one can be shown the same way. */
export function asFailure(error: unknown): Failure {
  if (error instanceof Failure) return error;
  return new Failure(error instanceof Error ? error.message : String(error));
}

/** Reads the body of a refusal in any of the dialects: `{error_code, error_msg}` or Keystone's `{error: {…}}`. */
export function refused(response: Response, body: unknown): Failure {
  const about = (typeof body === "object" && body !== null ? body : {}) as Record<string, unknown>;
  const inner = (typeof about.error === "object" && about.error !== null ? about.error : {}) as Record<
    string,
    unknown
  >;
  const text = (value: unknown) => (typeof value === "string" ? value : "");
  return new Failure(
    text(about.error_msg) ||
      text(inner.message) ||
      plain(text(body)) ||
      `HTTP ${response.status} ${response.statusText}`.trim(),
    {
      status: response.status,
      code: text(about.error_code) || text(inner.code),
      reason: response.headers.get("X-Adyton-Reason") ?? "",
      requestId: response.headers.get("X-Request-Id") ?? text(about.request_id),
      recorded: response.headers.has("X-Adyton-Answered-By"),
    },
  );
}

/** What is not a page of a proxy, whose markup tells people nothing. */
function plain(text: string): string {
  return /^\s*</.test(text) ? "" : text;
}

/** The field that a refusal names, if it names one: `Invalid argument: config[0].weight: must be …`. */
export function faultOfRefusal(failure: Failure): { field: string; text: string } | null {
  if (failure.code === "ModelArts.3503") return { field: "service_name", text: failure.message };
  const found = /(?:^|: )([a-z_]+(?:\[\d+\])?(?:\.[a-z_]+)*): (.+)$/s.exec(failure.message);
  return found?.[1] && found[2] ? { field: found[1], text: found[2] } : null;
}
