import { describe, expect, test } from "vitest";
import {
  type Declared,
  declaredBy,
  exampleOf,
  fieldsOf,
  isForm,
  isOpen,
  parametersOf,
  shapeOf,
} from "./declared";

const model = (apis: unknown, more: object = {}) => ({ apis: JSON.stringify(apis), ...more });
const only = (apis: unknown, more: object = {}) => declaredBy([model(apis, more)])[0] as Declared;

const IRIS = [
  {
    url: "/",
    method: "POST",
    request: {
      "Content-type": "application/json",
      data: {
        type: "object",
        properties: {
          data: {
            type: "object",
            properties: {
              req_data: {
                type: "array",
                items: {
                  type: "object",
                  properties: {
                    length: { type: "number" },
                    kind: { type: "string", description: "of flower" },
                  },
                },
              },
            },
          },
        },
      },
    },
  },
];

describe("declared paths", () => {
  test("each once, whatever versions there are", () => {
    const both = declaredBy([
      model([{ url: "/a" }, { url: "/b", method: "get" }]),
      model([{ url: "/a" }, { url: "/c" }]),
    ]);
    expect(both.map((one) => `${one.method} ${one.path}`)).toEqual(["POST /a", "GET /b", "POST /c"]);
  });
  test("a model that declares none answers at its address", () => {
    expect(only([])).toMatchObject({ method: "POST", path: "/" });
    expect(declaredBy([{ apis: "not JSON" }])[0]).toMatchObject({ path: "/" });
  });
  test("paths that the caller fills in are told apart", () => {
    expect(isOpen("/items/{id}")).toBe(true);
    expect(isOpen("/files/*")).toBe(true);
    expect(isOpen("/items")).toBe(false);
  });
});

describe("an example fits", () => {
  test("rows, by the schema", () => {
    expect(
      JSON.parse(
        exampleOf(only(IRIS, { inputs: [{ name: "length", type: "float32", shape: [null, 1] }] })) ?? "",
      ),
    ).toEqual({
      data: { req_data: [{ length: 1, kind: "text" }] },
    });
  });
  test("tensors, by the graph's inputs", () => {
    const inputs = [
      { name: "x", type: "float32", shape: ["rows", 2] },
      { name: "words", type: "string", shape: [null] },
    ];
    expect(JSON.parse(exampleOf(only([], { inputs })) ?? "")).toEqual({
      inputs: { x: [[0, 0]], words: ["text"] },
    });
  });
  test("only what must be there, where the schema says what must", () => {
    const request = {
      data: {
        type: "object",
        properties: { text: { type: "string" }, seed: { type: "integer" } },
        required: ["text"],
      },
    };
    expect(JSON.parse(exampleOf(only([{ request }])) ?? "")).toEqual({ text: "text" });
  });
  test("given examples, defaults and choices count", () => {
    const properties = {
      a: { type: "string", example: "x" },
      b: { type: "integer", default: 4 },
      c: { type: "string", enum: ["one", "two"] },
    };
    expect(
      JSON.parse(exampleOf(only([{ request: { data: { type: "object", properties } } }])) ?? ""),
    ).toEqual({ a: "x", b: 4, c: "one" });
  });
  test("none for a picture of a million numbers, and none where nothing is known", () => {
    expect(
      exampleOf(only([], { inputs: [{ name: "x", type: "float32", shape: [1, 3, 1024, 1024] }] })),
    ).toBeUndefined();
    expect(exampleOf(only([]))).toBeUndefined();
  });
  test("a schema that holds itself ends", () => {
    const loop: Record<string, unknown> = { type: "object" };
    loop.properties = { again: loop };
    const declared: Declared = {
      method: "POST",
      path: "/",
      contentType: "application/json",
      request: loop,
      response: null,
      inputs: [],
      outputs: [],
    };
    expect(exampleOf(declared)).toContain("again");
    expect(parametersOf(loop).length).toBeLessThan(20);
  });
});

test("a form has fields and files", () => {
  const form = only([
    {
      request: {
        "Content-type": "multipart/form-data",
        data: {
          type: "object",
          properties: { image: { type: "file" }, scale: { type: "number", description: "of the picture" } },
        },
      },
    },
  ]);
  expect(isForm(form)).toBe(true);
  expect(fieldsOf(form)).toEqual([
    { name: "image", file: true, description: "", required: false },
    { name: "scale", file: false, description: "of the picture", required: false },
  ]);
});

test("parameters are named by their place", () => {
  expect(parametersOf(only(IRIS).request).map((one) => `${one.name}: ${one.type}`)).toEqual([
    "data: object",
    "data.req_data[]: array of object",
    "data.req_data[].length: number",
    "data.req_data[].kind: string",
  ]);
});

test("shapes are written as in the graph", () => {
  expect(shapeOf({ name: "x", type: "float32", shape: [null, 3, "width"] })).toBe("[?, 3, width]");
  expect(shapeOf({ name: "x", type: "float32", shape: null })).toBe("");
});
