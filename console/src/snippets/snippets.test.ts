import { describe, expect, test } from "vitest";
import { AUTHS, type Call, languages, type Snippet, snippet, url } from "./index.js";
import { isExactInDoubles, JSON_TEXT, laidOut } from "./json.js";
import { go, java, script, shell, wellFormed } from "./quote.js";

const CALL: Call = {
  address: "http://127.0.0.1:8080/v1/infers/one",
  path: "/",
  method: "POST",
  body: { kind: "text", contentType: "application/json", text: '{"a": [1, true, null]}' },
};

function made(call: Call): readonly Snippet[] {
  return AUTHS.flatMap((auth) => languages(auth).map((language) => snippet(call, auth, language))).filter(
    (one) => "text" in one,
  );
}

describe("addresses", () => {
  test.each([
    ["/", "http://127.0.0.1:8080/v1/infers/one"],
    ["/a/b", "http://127.0.0.1:8080/v1/infers/one/a/b"],
    ["a", "http://127.0.0.1:8080/v1/infers/one/a"],
    ["/with space", "http://127.0.0.1:8080/v1/infers/one/with%20space"],
    ["/with%20space", "http://127.0.0.1:8080/v1/infers/one/with%20space"],
    ["/50%", "http://127.0.0.1:8080/v1/infers/one/50%25"],
    ["/grüße", "http://127.0.0.1:8080/v1/infers/one/gr%C3%BC%C3%9Fe"],
    ['/"?#', "http://127.0.0.1:8080/v1/infers/one/%22%3F%23"],
  ])("%s", (path, expected) => {
    expect(url({ ...CALL, path })).toBe(expected);
    expect(url({ ...CALL, address: `${CALL.address}/`, path })).toBe(expected);
  });
});

describe("every snippet", () => {
  test("names its secrets and holds none", () => {
    for (const one of made(CALL)) {
      expect(one.placeholders.length, one.title).toBeGreaterThan(0);
      for (const { variable, what, from } of one.placeholders) {
        if (one.title !== "curl") expect(one.text).toContain(variable);
        expect(what.en && what.zh && from).toBeTruthy();
      }
      expect(one.text.endsWith("\n") && one.run.includes(one.file)).toBe(true);
    }
  });

  test("has the address and the method", () => {
    for (const one of made({ ...CALL, method: "PUT" })) {
      expect(one.text).toContain("/v1/infers/one");
      expect(one.text.toUpperCase(), one.title).toContain("PUT");
    }
  });

  test("says why there is none", () => {
    const missing = [
      snippet({ ...CALL, path: "/with%20space" }, "app", "javascript"),
      snippet({ ...CALL, body: { kind: "text", contentType: "text/plain", text: "@file" } }, "aksk", "curl"),
      snippet({ ...CALL, body: { kind: "form", fields: [] } }, "aksk", "curl"),
      snippet(CALL, "app", "python"),
      snippet(CALL, "token", "python-sdk"),
    ];
    for (const one of missing)
      expect("missing" in one && one.missing.en !== "" && one.missing.zh !== "").toBe(true);
  });
});

describe("literals", () => {
  test("end where the text ends", () => {
    expect(shell("it's")).toBe("'it'\\''s'");
    expect(script('"\\\n\u2028')).toBe('"\\"\\\\\\n\\u2028"');
    expect(go("a\nb")).toBe("`a\nb`");
    expect(go("a\n`b`")).toBe('"a\\n`b`"');
    expect(java('a"\\', "")).toBe('"a\\"\\\\"');
    expect(java("\u0001", "")).toBe('"\\001"');
    expect(java('{\n"""\n}', "  ")).toBe('"""\n  {\n  \\"""\n  }"""');
    // Java strips blanks at the end of a line of a text block.
    expect(java("a \nb", "")).toBe('"a \\nb"');
  });

  test("have no halves of characters", () => {
    expect(wellFormed("a\ud83d b\ude00 😀")).toBe("a\ufffd b\ufffd 😀");
  });
});

describe("JSON", () => {
  test("keeps its digits and is laid out", () => {
    expect(laidOut('{"a":1.50,"b":[1e3,12345678901234567890]}', JSON_TEXT, "  ")).toBe(
      '{"a": 1.50, "b": [1e3, 12345678901234567890]}',
    );
    const long = laidOut(JSON.stringify({ a: "x".repeat(80), b: [{}, []] }), JSON_TEXT, "  ");
    expect(long).toBe(`{\n  "a": "${"x".repeat(80)}",\n  "b": [{}, []]\n}`.replace("\n  ", "\n  "));
  });

  test("means the same after it is laid out", () => {
    for (const value of ["{}", "[]", '""', "0", '{"{[,:]}\\"":"\\\\\\u0041"}', '[[],{"a":{}}]', "true"]) {
      expect(JSON.parse(laidOut(value, JSON_TEXT, "\t"))).toEqual(JSON.parse(value));
    }
  });

  test("tells numbers that JavaScript would change", () => {
    expect(isExactInDoubles('[1, 0.1, -9007199254740991, "12345678901234567890"]')).toBe(true);
    expect(isExactInDoubles("[12345678901234567890]")).toBe(false);
    expect(isExactInDoubles("1e999")).toBe(false);
  });
});
