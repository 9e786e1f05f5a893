import { expect, test } from "vitest";
import openapi from "../../../../docs/reference/openapi.json?raw";
import { operations, thingName } from "./operations";

const CHANGING = ["post", "put", "patch", "delete"];

test("every operation that leaves a record is told in words", () => {
  const { paths } = JSON.parse(openapi) as { paths: Record<string, Record<string, { operationId: string }>> };
  const names = Object.values(paths)
    .flatMap((path) => Object.entries(path))
    .filter(([method]) => CHANGING.includes(method))
    .map(([method, { operationId }]) => operationId.replace(new RegExp(`_${method}(_\\d+)?$`), ""));
  expect(names.length).toBeGreaterThan(20);
  expect(names.filter((name) => !(name in operations.en))).toEqual([]);
});

test("a thing is called by its name, else by its id, and a digest is cut", () => {
  expect(thingName({ name: "iris", id: "f7a11d68" })).toBe("iris");
  expect(thingName({ name: "", id: "f7a11d68-9d3f-b6b1-8b8c-ae042518aa62" })).toBe(
    "f7a11d68-9d3f-b6b1-8b8c-ae042518aa62",
  );
  expect(thingName({ name: "", id: "2b39e9feee8e".padEnd(64, "0") })).toBe("2b39e9feee8e…");
});
