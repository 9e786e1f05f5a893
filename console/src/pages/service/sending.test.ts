import { afterEach, expect, test, vi } from "vitest";
import { type Answer, doorOf, receive } from "./sending";

afterEach(() => vi.unstubAllGlobals());

const PREDICTION = {
  project: "p",
  service: "s",
  path: "/",
  method: "POST",
  body: "{}",
  contentType: "application/json",
};

test("the door is the API address's, below the service", () => {
  expect(doorOf({ project: "p", service: "s", path: "/" })).toBe("/adyton/v1/p/services/s/predict");
  expect(doorOf({ project: "p", service: "s", path: "/a/b?c=1" })).toBe(
    "/adyton/v1/p/services/s/predict/a/b?c=1",
  );
  expect(doorOf({ project: "p", service: "s", path: "a" })).toBe("/adyton/v1/p/services/s/predict/a");
});

async function received(response: Response): Promise<Answer[]> {
  vi.stubGlobal("fetch", async () => response);
  const answers: Answer[] = [];
  await receive(PREDICTION, new AbortController().signal, (answer) => answers.push(answer));
  return answers;
}

test("an answer has status, id, time and text", async () => {
  const headers = {
    "Content-Type": "application/json",
    "X-Request-Id": "01",
    "X-Adyton-Answered-By": "model",
  };
  const answers = await received(new Response('{"a":1}', { headers }));
  expect(answers.at(-1)).toMatchObject({
    status: 200,
    requestId: "01",
    by: "model",
    text: '{"a":1}',
    bytes: 7,
    done: true,
  });
});

test("a stream is told of while it comes, with characters that were cut in two put together", async () => {
  const whole = new TextEncoder().encode("data: 你好\n\n");
  const body = new ReadableStream({
    start(controller) {
      controller.enqueue(whole.slice(0, 7));
      controller.enqueue(whole.slice(7));
      controller.close();
    },
  });
  const answers = await received(new Response(body, { headers: { "Content-Type": "text/event-stream" } }));
  expect(answers[0]?.done).toBe(false);
  expect(answers.at(-1)?.text).toBe("data: 你好\n\n");
});

test("a picture is kept as it is", async () => {
  const answers = await received(
    new Response(new Uint8Array([1, 2, 255]), { headers: { "Content-Type": "image/png" } }),
  );
  expect(answers.at(-1)?.blob).toMatchObject({ size: 3, type: "image/png" });
  expect(answers.at(-1)?.text).toBe("");
});
