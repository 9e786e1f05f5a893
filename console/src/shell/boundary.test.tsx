import { render, screen } from "@testing-library/react";
import { expect, test, vi } from "vitest";
import { Boundary } from "./boundary";

function Broken({ message }: { message: string }): never {
  throw new Error(message);
}

test.each([
  ["Unable to preload CSS for http://h/console/assets/a.css", /cannot be loaded: the server was updated/],
  ["Failed to fetch dynamically imported module: http://h/console/assets/a.js", /cannot be loaded/],
  ["x is undefined", /^x is undefined/],
])("%s", (message, told) => {
  vi.spyOn(console, "error").mockImplementation(() => {});
  render(
    <Boundary>
      <Broken message={message} />
    </Boundary>,
  );
  expect(screen.getByRole("alert").textContent).toMatch(told);
});
