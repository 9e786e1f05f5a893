/** Light, dark, or as the system has it. The style sheet follows `data-theme`; without it, the system. */
import { useSyncExternalStore } from "react";
import { recall, remember } from "../state/remembered";

export const THEMES = ["system", "light", "dark"] as const;
export type Theme = (typeof THEMES)[number];

const kept = recall("theme");
let current: Theme = THEMES.find((theme) => theme === kept) ?? "system";
const listeners = new Set<() => void>();

function apply(): void {
  if (current === "system") delete document.documentElement.dataset.theme;
  else document.documentElement.dataset.theme = current;
}
apply();

export function chooseTheme(theme: Theme): void {
  current = theme;
  remember("theme", theme);
  apply();
  for (const listener of listeners) listener();
}

export function useTheme(): Theme {
  return useSyncExternalStore(
    (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    () => current,
  );
}
