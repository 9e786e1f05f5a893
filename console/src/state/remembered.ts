/** What this browser remembers of its reader: choices, never anything of the server's. Without a place to keep it, nothing is. */

export type Remembered = "session" | "language" | "theme" | "project" | "side" | "domain" | "range";

const PREFIX = "adyton.";

/** Whether this browser lets a page keep anything. */
export function canRemember(): boolean {
  try {
    return Boolean(localStorage);
  } catch {
    return false;
  }
}

export function recall(name: Remembered): string | null {
  try {
    return localStorage.getItem(PREFIX + name);
  } catch {
    return null;
  }
}

export function remember(name: Remembered, value: string): void {
  try {
    localStorage.setItem(PREFIX + name, value);
  } catch {
    // A browser that keeps nothing: the choice lasts as long as the page.
  }
}

export function forget(name: Remembered): void {
  try {
    localStorage.removeItem(PREFIX + name);
  } catch {
    // Nothing is kept, so nothing is left.
  }
}
