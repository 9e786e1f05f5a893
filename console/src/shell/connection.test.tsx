import { onlineManager } from "@tanstack/react-query";
import { act, render, screen } from "@testing-library/react";
import { afterEach, expect, test } from "vitest";
import { LanguageProvider } from "../language/language";
import { Connection } from "./connection";

afterEach(() => onlineManager.setOnline(true));

test("a lost connection is told for as long as it is lost", () => {
  render(
    <LanguageProvider>
      <Connection />
    </LanguageProvider>,
  );
  expect(screen.getByRole("status").textContent).toBe("");
  act(() => onlineManager.setOnline(false));
  expect(screen.getByRole("status").textContent).toMatch(/No connection|连接已断开/);
  act(() => onlineManager.setOnline(true));
  expect(screen.getByRole("status").textContent).toBe("");
});
