import { describe, expect, test } from "vitest";
import { asFailure, Failure, faultOfRefusal, refused } from "./failure";

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

describe("a refusal of the server stands beside the field that it names", () => {
  test.each([
    [
      "Invalid argument: config[0].instance_count: must be 1 to 128, is 1000",
      "config[0].instance_count",
      "must be 1 to 128, is 1000",
    ],
    [
      "Invalid argument: service_name: must have 1 to 64 letters, digits, `_` and `-`",
      "service_name",
      "must have 1 to 64 letters, digits, `_` and `-`",
    ],
    [
      "Invalid argument: config: the weights must add up to 100, these add up to 50",
      "config",
      "the weights must add up to 100, these add up to 50",
    ],
  ])("%s", (message, field, text) => expect(faultOfRefusal(new Failure(message))).toEqual({ field, text }));
  test("a name that is taken", () =>
    expect(
      faultOfRefusal(
        new Failure("The service already exists: Service iris already exists", { code: "ModelArts.3503" }),
      )?.field,
    ).toBe("service_name"));
  test("and otherwise above the form", () =>
    expect(faultOfRefusal(new Failure("The model does not exist: Model x does not exist"))).toBeNull());
});
