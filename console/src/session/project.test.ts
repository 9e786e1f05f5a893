import { expect, test } from "vitest";

import { projectToBeginWith } from "./project";

const audited = { name: "audited", id: "1" };
const own = { name: "default", id: "2" };

test("the console begins where it was last, else in the default project, else in the first", () => {
  expect(projectToBeginWith([audited, own], "audited")).toBe(audited);
  expect(projectToBeginWith([audited, own], null)).toBe(own);
  expect(projectToBeginWith([audited, own], "gone")).toBe(own);
  expect(projectToBeginWith([audited], null)).toBe(audited);
  expect(projectToBeginWith([], "audited")).toBeUndefined();
});
