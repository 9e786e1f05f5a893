import { expect, test } from "vitest";
import { asFailure, refused } from "./failure";

const headers = { "X-Request-Id": "01a2", "X-Adyton-Reason": "modelarts.no_such_service" };

test("a refusal keeps code, message, cause and request", () => {
  const failure = refused(new Response(null, { status: 404, headers }), {
    error_code: "ModelArts.3502",
    error_msg: "The service does not exist",
    request_id: "01a2",
  });
  expect(failure).toMatchObject({
    status: 404,
    code: "ModelArts.3502",
    message: "The service does not exist",
    reason: "modelarts.no_such_service",
    requestId: "01a2",
    recorded: false,
  });
});

test("Keystone's envelope is read too", () => {
  const body = { error: { code: 401, message: "The password is wrong", title: "Unauthorized" } };
  expect(refused(new Response(null, { status: 401 }), body).message).toBe("The password is wrong");
});

test("what came through the gateway is in the journal", () => {
  const response = new Response(null, {
    status: 413,
    headers: { ...headers, "X-Adyton-Answered-By": "gateway" },
  });
  expect(refused(response, {}).recorded).toBe(true);
});

test("an answer without a body still says something", () => {
  expect(refused(new Response(null, { status: 502 }), null).message).toBe("HTTP 502");
});

test("a page of a proxy is told by its status, not by its markup", () => {
  const response = new Response(null, { status: 502, statusText: "Bad Gateway" });
  expect(refused(response, "<html><body>502</body></html>").message).toBe("HTTP 502 Bad Gateway");
  expect(refused(response, "upstream is gone").message).toBe("upstream is gone");
});

test("any error can be shown", () => {
  expect(asFailure(new Error("broken")).message).toBe("broken");
  expect(asFailure("broken").unreachable).toBe(true);
});
