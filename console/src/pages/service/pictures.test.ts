import { expect, test } from "vitest";
import { picturesIn } from "./pictures";

const PNG = `iVBORw0KGgo${"A".repeat(80)}`;

test("pictures are found wherever they stand in an answer", () => {
  const text = JSON.stringify({
    images: [{ b64_json: PNG }, `data:image/jpeg;base64,/9j/abc`],
    other: "text",
  });
  expect(picturesIn(text)).toEqual([`data:image/png;base64,${PNG}`, "data:image/jpeg;base64,/9j/abc"]);
});

test("what only looks like one is none, and neither is a drawing", () => {
  expect(picturesIn(JSON.stringify(["iVBORw0KGgo <b>", "/9j/"]))).toEqual([]);
  expect(picturesIn('"data:image/svg+xml;base64,iVBORw0KGgo"')).toEqual([]);
  expect(picturesIn(`not JSON ${PNG}`)).toEqual([]);
});
