import { render, screen } from "@testing-library/react";
import { expect, test } from "vitest";
import { Cause, CauseNote, sentenceOf } from "./cause";

const FAILED = 'model a 1: it ended with exit code 1\nlast lines of its output:\n  loading\n    File "a.py"';

test("what a program wrote stands below the sentence, line by line", () => {
  const { container } = render(<Cause text={FAILED} />);
  expect([...container.querySelectorAll("p")].map((one) => one.textContent)).toEqual([
    "model a 1: it ended with exit code 1",
    "last lines of its output:",
  ]);
  expect(container.querySelector("pre")?.textContent).toBe('loading\n  File "a.py"');
  expect(sentenceOf(FAILED)).toBe("model a 1: it ended with exit code 1");
});

test("what is still waited for is no alarm", () => {
  render(<CauseNote text="nothing listens on 127.0.0.1:1" isFailed={false} />);
  expect(screen.queryByRole("alert")).toBeNull();
  expect(screen.getByRole("status").querySelector("pre")).toBeNull();
});
