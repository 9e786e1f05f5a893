import { describe, expect, test } from "vitest";
import { errorCodeIn, requestIdIn } from "./found";

const ID = "01a21c0853cb00000100000000000001";

describe("a request id is found in what was pasted", () => {
  test.each([
    ["alone", ID],
    ["with blanks", `  ${ID}\n`],
    ["an error body", `{"error_code":"APIG.0101","error_msg":"…","request_id":"${ID}"}`],
    ["a header", `X-Request-Id: ${ID}`],
    ["a log line", `404 POST /v1/infers/e37280dc-0000 request-id=${ID} took 3 ms`],
    ["capitals", ID.toUpperCase()],
    ["another id before it", `{"project":"e5165666c20358bf721a43536144ec7f","request_id":"${ID}"}`],
  ])("%s", (_, text) => expect(requestIdIn(text)).toBe(ID));
  test.each([
    ["nothing", ""],
    ["a word", "services"],
    ["a digest", "29f6fb68a38682a7f5344f9d3c00bcc8f41ae0e6e17f81ecaa65a988edea7327"],
    ["an id of another form", "87deee40-e673-6894-0c49-9d0962b36da2"],
  ])("not in %s", (_, text) => expect(requestIdIn(text)).toBeNull());
});

test("an error code is found where the request id was lost", () => {
  expect(
    errorCodeIn('{"error_code":"APIG.0301","error_msg":"Incorrect IAM authentication information"}'),
  ).toBe("APIG.0301");
  expect(errorCodeIn("answered ModelArts.3502 again")).toBe("ModelArts.3502");
  expect(errorCodeIn("APIG.03015 and NoCode.0001")).toBeNull();
});
