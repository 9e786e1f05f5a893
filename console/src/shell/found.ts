/** What somebody pasted: a request id, alone or somewhere in an error body, a log line or a header. */

/** An id of a request, as `X-Request-Id` has it: 32 hexadecimal digits, the first of which tell the time. */
const ID = /(?<![0-9a-f])[0-9a-f]{32}(?![0-9a-f])/i;

/** The request id in a text, if there is one. In an error body the one named `request_id` counts. */
export function requestIdIn(text: string): string | null {
  const named = /request[_-]?id["']?\s*[:=]\s*["']?([0-9a-f]{32})(?![0-9a-f])/i.exec(text)?.[1];
  return (named ?? ID.exec(text)?.[0] ?? null)?.toLowerCase() ?? null;
}

/** A wire code as error bodies and pages show it, such as `APIG.0301` or `ModelArts.3502`. */
const CODE = /\b(?:APIG|APIGW|ModelArts|MR|ADYTON|IAM)\.\d{4}\b/;

/** The error code in a text, for bodies of which the request id was lost. */
export function errorCodeIn(text: string): string | null {
  return CODE.exec(text)?.[0] ?? null;
}
