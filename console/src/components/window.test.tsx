import { act, render } from "@testing-library/react";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { Table } from "./table";

type Seen = (entries: { isIntersecting: boolean }[]) => void;
let observed: { element: Element; tell: Seen }[] = [];

beforeEach(() => {
  observed = [];
  vi.stubGlobal(
    "IntersectionObserver",
    class {
      constructor(private readonly tell: Seen) {}
      observe(element: Element) {
        observed.push({ element, tell: this.tell });
      }
      disconnect() {}
    },
  );
});
afterEach(() => vi.unstubAllGlobals());

const table = (count: number) =>
  render(
    <Table
      label="things"
      columns={[
        { title: "Name", width: "1fr", cell: (name: string) => <button type="button">{name}</button> },
      ]}
      rows={Array.from({ length: count }, (_, index) => `thing ${index}`)}
      keyOf={(name) => name}
    />,
  );
const rows = (found: ReturnType<typeof table>) => found.container.querySelectorAll("[role=row]").length - 1;

test("a short table is there as a whole", () => {
  expect(rows(table(100))).toBe(100);
  expect(observed).toHaveLength(0);
});

test("of a long table only what is near is there, and its length is told", () => {
  const found = table(10_000);
  expect(rows(found)).toBe(100);
  expect(found.getByRole("table").getAttribute("aria-rowcount")).toBe("10001");
  act(() => observed[150]?.tell([{ isIntersecting: true }]));
  expect(rows(found)).toBe(150);
  expect(found.getByText("thing 7500").closest("[role=row]")?.getAttribute("aria-rowindex")).toBe("7502");
  act(() => observed[0]?.tell([{ isIntersecting: false }]));
  expect(rows(found)).toBe(100);
});

test("rows that hold the focus stay until it leaves them", () => {
  const found = table(500);
  const button = found.getByText("thing 3");
  act(() => button.focus());
  act(() => observed[0]?.tell([{ isIntersecting: false }]));
  expect(button.isConnected).toBe(true);
  act(() => button.blur());
  expect(button.isConnected).toBe(false);
});
