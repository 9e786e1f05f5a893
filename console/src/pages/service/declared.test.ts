import { describe, expect, test } from "vitest";
import {
  bodyText,
  type Declared,
  declaredBy,
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

test("a body is laid out for reading", () => {
  expect(
    bodyText({
      inputs: {
        x: [
          [0, 1.5],
          [-2, 3e-7],
        ],
        words: ["a"],
      },
    }),
  ).toBe(
    `{\n  "inputs": {\n    "x": [\n      [0, 1.5],\n      [-2, 3e-7]\n    ],\n    "words": [\n      "a"\n    ]\n  }\n}`,
  );
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
