import { afterEach, expect, test, vi } from "vitest";
import { listenForRenewal, renewed, settleRenewal } from "../session/renewal";
import { send } from "./client";

afterEach(() => vi.unstubAllGlobals());

function answering(...statuses: number[]) {
  const seen: Request[] = [];
  vi.stubGlobal("fetch", async (request: Request) => {
    seen.push(request);
    return new Response(null, { status: statuses[seen.length - 1] ?? 200 });
  });
  return seen;
}
const ask = () => new Request("http://localhost/v1/p/services", { method: "POST", body: "typed" });

test("a call says that it comes from this page, and in which language it is to be answered", async () => {
  const seen = answering(200);
  await send(ask());
  expect(seen[0]?.headers.get("X-Adyton-Console")).toBe("1");
  expect(seen[0]?.headers.get("Accept-Language")).toBe("en");
});

test("a call whose session has ended is made again, with all that was typed, once somebody has signed in", async () => {
  const seen = answering(401, 200);
  const stop = listenForRenewal((asked) => asked && queueMicrotask(() => settleRenewal(true)));
  const response = await send(ask());
  stop();
  expect(response.status).toBe(200);
  expect(await seen[1]?.text()).toBe("typed");
});

test("whoever does not sign in gets the refusal", async () => {
  const seen = answering(401, 200);
  const stop = listenForRenewal((asked) => asked && queueMicrotask(() => settleRenewal(false)));
  expect((await send(ask())).status).toBe(401);
  stop();
  expect(seen).toHaveLength(1);
});

test("many calls ask once", async () => {
  let asked = 0;
  const stop = listenForRenewal((wanted) => {
    if (wanted) asked += 1;
  });
  const both = [renewed(), renewed()];
  settleRenewal(true);
  expect(await Promise.all(both)).toEqual([true, true]);
  expect(asked).toBe(1);
  stop();
});

test("a 401 of a model is the model's answer, not the end of the session", async () => {
  vi.stubGlobal(
    "fetch",
    async () => new Response(null, { status: 401, headers: { "X-Adyton-Answered-By": "model" } }),
  );
  const stop = listenForRenewal(() => expect.unreachable());
  expect((await send(ask())).status).toBe(401);
  stop();
});

test("a wrong password in a form is told at its field, not as the end of the session", async () => {
  vi.stubGlobal(
    "fetch",
    async () => new Response(null, { status: 401, headers: { "X-Adyton-Reason": "iam.wrong_password" } }),
  );
  const stop = listenForRenewal(() => expect.unreachable());
  expect((await send(ask())).status).toBe(401);
  stop();
});

test("a server that cannot be reached is a failure in words", async () => {
  vi.stubGlobal("fetch", async () => {
    throw new TypeError("Failed to fetch");
  });
  await expect(send(ask())).rejects.toThrow("The server cannot be reached.");
});
