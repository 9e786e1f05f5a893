/**
 * The console's only way to the server: the documented APIs of the control listener, typed by their OpenAPI document.
 *
 * `ask(api.GET("/v1/{project_id}/services", …))` gives the answer's body or throws a `Failure`. The session is a cookie that no
 * script can read; each call carries the header that proves it came from this page. A session that ended is renewed in a dialog
 * (`session/renewal.ts`), and the call made again, so that nothing that was typed is lost.
 */
import createClient from "openapi-fetch";
import { currentLanguage } from "../language/language";
import { LANGUAGE_TAGS } from "../language/texts";
import { renewed } from "../session/renewal";
import { learnTime } from "../time/clock";
import { Failure, refused } from "./failure";
import type { components, paths } from "./schema";

export type Schemas = components["schemas"];

/** Refusals at the edge that mean "no session": not those of the gateway, nor of a password that a form was filled in with. */
const isSessionLost = (response: Response) =>
  response.status === 401 &&
  !response.headers.has("X-Adyton-Answered-By") &&
  response.headers.get("X-Adyton-Reason") !== "iam.wrong_password";

/** `fetch` with the page's headers; signs in again when the session has ended, and then makes the call once more. */
export async function send(request: Request, renew: () => Promise<boolean> = renewed): Promise<Response> {
  request.headers.set("X-Adyton-Console", "1");
  if (!request.headers.has("Accept-Language"))
    request.headers.set("Accept-Language", LANGUAGE_TAGS[currentLanguage()]);
  const again = request.clone();
  const response = await arrive(request);
  if (isSessionLost(response) && (await renew())) return arrive(again);
  return response;
}

async function arrive(request: Request): Promise<Response> {
  try {
    const response = await fetch(request);
    learnTime(response.headers.get("Date"));
    return response;
  } catch (error) {
    if (error instanceof DOMException && error.name === "AbortError") throw error;
    throw new Failure(currentLanguage() === "zh" ? "无法连接服务器。" : "The server cannot be reached.");
  }
}

export const api = createClient<paths>({ fetch: (request) => send(request) });

/** The body of an answer, or a `Failure`. */
export async function ask<T>(call: Promise<{ data?: T; error?: unknown; response: Response }>): Promise<T> {
  const { data, error, response } = await call;
  if (!response.ok) throw refused(response, error);
  return data as T;
}

/** A call to an address that is put together, such as the Prediction tab's door: the plain answer, refused or not. */
export function call(method: string, address: string, init: RequestInit = {}): Promise<Response> {
  return send(new Request(new URL(address, location.origin), { ...init, method }));
}
