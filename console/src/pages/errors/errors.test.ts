import { describe, expect, test } from "vitest";
import { type Code, causesOf, search } from "./catalogue";

const code = (about: Partial<Code>): Code => ({
  plane: "gateway",
  error_code: "APIG.0301",
  status: 401,
  error_msg: "Incorrect IAM authentication information",
  fault: "caller",
  retry: "no",
  reasons: [
    { reason: "token.expired", cause: "the token has expired", step: "authenticate", retry: "no" },
    { reason: "token.malformed", cause: "the token cannot be opened", step: "authenticate", retry: "no" },
  ],
  page: "# APIG.0301 (401)\n\nWho calls is not known.\n\n## token.expired\n\nCause: It is too old.\n\nFix: Ask for another.\n\n## token.malformed\n\nCause: A character was lost.\n",
  ...about,
});
const english = [
  code({}),
  code({
    error_code: "APIG.0101",
    status: 404,
    error_msg: "No API",
    reasons: [],
    page: "# APIG.0101 (404)\n\nNothing here.\n",
  }),
];
const chinese = [
  code({
    page: "# APIG.0301 (401)\n\n无法确认调用方。\n\n## token.expired\n\n原因：令牌已过期。\n\n## token.malformed\n\n原因：丢失了字符。\n",
  }),
];
const found = (text: string) =>
  search(english, chinese, text).map((hit) => [hit.code.error_code, ...hit.reasons]);

describe("the catalogue", () => {
  test("a page is taken apart into what is said of the code and of each cause", () => {
    const { about, causes } = causesOf(english[0]?.page ?? "");
    expect(about).toBe("Who calls is not known.");
    expect(causes).toEqual([
      { reason: "token.expired", text: "Cause: It is too old.\n\nFix: Ask for another." },
      { reason: "token.malformed", text: "Cause: A character was lost." },
    ]);
  });
  test("is found by code, status, message, sub-code and text, in both languages", () => {
    expect(found("0301")).toEqual([["APIG.0301"]]);
    expect(found("404")).toEqual([["APIG.0101"]]);
    expect(found("incorrect iam")).toEqual([["APIG.0301"]]);
    expect(found("token.expired")).toEqual([["APIG.0301", "token.expired"]]);
    expect(found("character lost")).toEqual([["APIG.0301", "token.malformed"]]);
    expect(found("过期")).toEqual([["APIG.0301", "token.expired"]]);
    expect(found("who calls")).toEqual([["APIG.0301"]]);
    expect(found("nowhere at all")).toEqual([]);
  });
  test("without a text, all of it", () => {
    expect(found("  ")).toHaveLength(2);
  });
});
