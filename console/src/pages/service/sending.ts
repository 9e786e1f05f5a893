/** Sends one prediction through the Prediction tab's door, as the signed-in user, and reads the answer as it comes. */
import { useCallback, useEffect, useRef, useState } from "react";
import { call } from "../../api/client";
import { asFailure, type Failure } from "../../api/failure";

/** What the door takes; the API address takes 12 MiB. */
export const DOOR_LIMIT = 8 * 1024 * 1024;
/** More of an answer is not shown, and not kept. */
const SHOWN = 1024 * 1024;

export interface Prediction {
  project: string;
  service: string;
  /** Below the API address. */
  path: string;
  method: string;
  body?: BodyInit | undefined;
  contentType?: string | undefined;
}

/** An answer, whole or still coming. */
export interface Answer {
  status: number;
  requestId: string;
  /** Who answered: the model, or the gateway in its place. */
  by: string;
  reason: string;
  contentType: string;
  /** From the first byte sent to the last received, in milliseconds. */
  took: number;
  bytes: number;
  text: string;
  /** A picture or another file that is not text. */
  blob: Blob | null;
  done: boolean;
  isCut: boolean;
}

export type Sending =
  | { state: "idle" }
  | { state: "sending" }
  | { state: "answered"; answer: Answer }
  | { state: "failed"; failure: Failure };

export function doorOf({ project, service, path }: Pick<Prediction, "project" | "service" | "path">): string {
  const below = path === "/" ? "" : path.startsWith("/") ? path : `/${path}`;
  return `/adyton/v1/${project}/services/${service}/predict${below}`;
}

const isText = (type: string) =>
  /^(text\/|application\/(json|.+\+json|xml|.+\+xml|javascript|x-ndjson))|^$/i.test(type);

export function useSending() {
  const [sending, setSending] = useState<Sending>({ state: "idle" });
  const running = useRef<AbortController | null>(null);
  useEffect(() => () => running.current?.abort(), []);

  const send = useCallback(async (prediction: Prediction) => {
    running.current?.abort();
    const controller = new AbortController();
    running.current = controller;
    setSending({ state: "sending" });
    try {
      await receive(prediction, controller.signal, (answer) => setSending({ state: "answered", answer }));
    } catch (error) {
      if (!controller.signal.aborted) setSending({ state: "failed", failure: asFailure(error) });
      else setSending((was) => (was.state === "sending" ? { state: "idle" } : was));
    }
  }, []);
  const stop = useCallback(() => running.current?.abort(), []);
  return { sending, send, stop };
}

/** Makes the call and tells of the answer while it comes, at most once a frame. */
export async function receive(
  prediction: Prediction,
  signal: AbortSignal,
  tell: (answer: Answer) => void,
): Promise<void> {
  const begun = performance.now();
  const response = await call(prediction.method, doorOf(prediction), {
    signal,
    ...(prediction.body === undefined ? {} : { body: prediction.body }),
    ...(prediction.contentType ? { headers: { "Content-Type": prediction.contentType } } : {}),
  });
  const answer: Answer = {
    status: response.status,
    requestId: response.headers.get("X-Request-Id") ?? "",
    by: response.headers.get("X-Adyton-Answered-By") ?? "",
    reason: response.headers.get("X-Adyton-Reason") ?? "",
    contentType: response.headers.get("Content-Type") ?? "",
    took: performance.now() - begun,
    bytes: 0,
    text: "",
    blob: null,
    done: false,
    isCut: false,
  };
  const wantsText = isText(answer.contentType);
  const decoder = new TextDecoder();
  const parts: BlobPart[] = [];
  let told = 0;
  const reader = response.body?.getReader();
  for (;;) {
    const piece = await reader?.read();
    if (!piece || piece.done) break;
    answer.bytes += piece.value.byteLength;
    if (!wantsText) parts.push(piece.value as BlobPart);
    else if (!answer.isCut) answer.text += decoder.decode(piece.value, { stream: true });
    if (answer.text.length > SHOWN) {
      answer.text = answer.text.slice(0, SHOWN);
      answer.isCut = true;
    }
    const now = performance.now();
    answer.took = now - begun;
    if (wantsText && now - told > 50) {
      told = now;
      tell({ ...answer });
    }
  }
  answer.text += wantsText && !answer.isCut ? decoder.decode() : "";
  answer.took = performance.now() - begun;
  const blob = wantsText ? null : new Blob(parts, { type: answer.contentType });
  tell({ ...answer, blob, done: true });
}
