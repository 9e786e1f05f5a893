import { QueryClient, QueryClientProvider } from "@tanstack/react-query";
import { fireEvent, render, screen } from "@testing-library/react";
import { expect, test, vi } from "vitest";
import { Failure } from "../api/failure";
import { FailureNote } from "./failure";

const lost = new Failure("The server cannot be reached.");

test("that the server cannot be reached is said once, and asked again for all that could not be asked", () => {
  const again = [vi.fn(), vi.fn(), vi.fn()];
  const page = (of: number[]) => (
    <QueryClientProvider client={new QueryClient()}>
      {of.map((at) => (
        <FailureNote key={at} error={lost} retry={again[at]} />
      ))}
      <FailureNote error={lost} />
      <FailureNote error={new Failure("Internal error", { status: 500 })} retry={() => {}} />
    </QueryClientProvider>
  );
  const { rerender } = render(page([0, 1, 2]));
  const said = () => screen.getAllByRole("alert").map((one) => one.textContent ?? "");
  // What was done and did not arrive is told where it was done.
  expect(said().filter((text) => text.includes("cannot be reached"))).toHaveLength(2);
  expect(said().filter((text) => text.includes("Internal error"))).toHaveLength(1);
  fireEvent.click(screen.getAllByRole("button", { name: "Try again" })[0] as HTMLElement);
  for (const one of again) expect(one).toHaveBeenCalledOnce();
  // The first has its answer: the next one says it.
  rerender(page([1, 2]));
  expect(said().filter((text) => text.includes("cannot be reached"))).toHaveLength(2);
});
